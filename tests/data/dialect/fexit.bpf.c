#include "fill.h"

MAP(ARRAY, fexit_calls, 1, __u32, __u64);

SEC("fexit/vfs_read")
int enter(void *context) {
  count(&fexit_calls, 0);
  return 0;
}
