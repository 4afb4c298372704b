// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(fixed_bytes, 16, __u64, __u64);
BX_HASH(unsorted_bytes, 16, __u64, __u64);

FILL {
  PUT(fixed_bytes, 1, 512);
  PUT(fixed_bytes, 2, 4096);
  PUT(fixed_bytes, 4, 1048576);
  PUT(fixed_bytes, 8, 600);  // not in the list
  PUT(fixed_bytes, 77, 1048577);
  PUT(unsorted_bytes, 1, 10);
  PUT(unsorted_bytes, 2, 20);
  PUT(unsorted_bytes, 4, 30);
  PUT(unsorted_bytes, 99, 21);  // after the last key as it is written
  return 0;
}
