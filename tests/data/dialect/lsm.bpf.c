#include "fill.h"

MAP(ARRAY, lsm_calls, 1, __u32, __u64);

SEC("lsm/file_open")
int enter(void *context) {
  count(&lsm_calls, 0);
  return 0;
}
