// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(ifname_total, 4, __u32, __u64);

FILL {
  PUT(ifname_total, 1, 1);
  PUT(ifname_total, 2, 2000000000);
  return 0;
}
