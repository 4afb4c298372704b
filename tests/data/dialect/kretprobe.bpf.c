#include "fill.h"

MAP(ARRAY, kretprobe_calls, 1, __u32, __u64);

SEC("kretprobe/vfs_read")
int enter(struct pt_regs *context) {
  count(&kretprobe_calls, 0);
  return 0;
}
