// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u32 device;
  __u32 bucket;
};

BX_HASH(exp2_seconds, 64, struct key, __u64);
BX_ARRAY(nanoseconds, 26, __u64);

FILL {
  PUT(exp2_seconds, 1, 1, 0);
  PUT(exp2_seconds, 2, 1, 2);
  PUT(exp2_seconds, 5000000, 1, 4);  // the sum, in microseconds
  PUT(exp2_seconds, 9, 1, 5);        // beyond: in neither count nor sum
  PUT(exp2_seconds, 4, 2, 3);
  PUT(nanoseconds, 1, 13);
  PUT(nanoseconds, 1, 23);
  return 0;
}
