// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(linear_packets, 16, __u64, __u64);

FILL {
  PUT(linear_packets, 100, 0);  // below bucket_min: ignored
  PUT(linear_packets, 1, 1);
  PUT(linear_packets, 2, 3);
  PUT(linear_packets, 7, 4);  // the sum, before the multiplier
  return 0;
}
