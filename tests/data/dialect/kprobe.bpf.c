#include "fill.h"

MAP(ARRAY, kprobe_calls, 1, __u32, __u64);

SEC("kprobe/vfs_read")
int enter(struct pt_regs *context) {
  count(&kprobe_calls, 0);
  return 0;
}
