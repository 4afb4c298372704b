// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_PERCPU_ARRAY(by_cpu, 3, __u64);

FILL {
  PUT_CPU(by_cpu, 0, 1, 0);
  PUT_CPU(by_cpu, 1, 2, 1);
  PUT_CPU(by_cpu, 1, 9, 2);
  return 0;
}
