// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs that the kernel would take a link to and never run.
#include "hits.h"

SEC("iter/task") int by_reader(void* context) {
  hit(0);
  return 0;
}

SEC("perf_event/type=1,config=0") int by_no_sample(void* context) {
  hit(1);
  return 0;
}
