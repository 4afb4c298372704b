// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(majorminor_total, 4, __u32, __u64);

FILL {
  PUT(majorminor_total, 1, 254 << 8);
  PUT(majorminor_total, 2, 34832);
  return 0;
}
