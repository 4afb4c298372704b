#include "fill.h"

MAP(ARRAY, fentry_calls, 1, __u32, __u64);

SEC("fentry/vfs_read")
int enter(void *context) {
  count(&fentry_calls, 0);
  return 0;
}
