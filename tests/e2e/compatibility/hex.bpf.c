// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u8 bytes[4];
};

BX_HASH(hex_total, 4, struct key, __u64);

FILL {
  PUT(hex_total, 1, {0xde, 0xad, 0xbe, 0xef});
  PUT(hex_total, 2, {0, 1, 2, 3});
  return 0;
}
