// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_ARRAY(sampled, 1, __u64);

SEC("perf_event/type=1,config=0,frequency=99")
int sample(void *context) {
  PUT(sampled, 1, 0);
  return 0;
}
