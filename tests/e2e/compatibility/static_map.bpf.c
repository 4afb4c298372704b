// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u32 strict;
  __u32 lenient;
};

BX_HASH(static_map_total, 8, struct key, __u64);

FILL {
  PUT(static_map_total, 1, 1, 1);
  PUT(static_map_total, 2, 2, 2);
  PUT(static_map_total, 3, 16, 16);
  return 0;
}
