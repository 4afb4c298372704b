// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_PERCPU_ARRAY(exp2zero_bytes, 24, __u64);

FILL {
  PUT_CPU(exp2zero_bytes, 0, 1, 0);
  PUT_CPU(exp2zero_bytes, 1, 10, 0);
  PUT_CPU(exp2zero_bytes, 1, 5, 1);
  PUT_CPU(exp2zero_bytes, 0, 2, 21);
  PUT_CPU(exp2zero_bytes, 0, 2097157, 22);
  return 0;
}
