// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_ARRAY(array_total, 3, __u64);

FILL {
  PUT(array_total, 5, 1);
  return 0;
}
