// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u8 byte;
  char pad[3];
  __u16 two;
  __u32 four;
  __u64 eight;
} __attribute__((packed));

BX_HASH(uint_total, 8, struct key, __u64);

FILL {
  PUT(uint_total, 1, 0xff, {1, 1, 1}, 0xffff, 0xffffffff, 0xffffffffffffffff);
  PUT(uint_total, 100000, 8, {}, 0, 10, 0xffffff855bc2b600);
  PUT(uint_total, 1000000, 0, {}, 1, 2, 1ull << 63);
  return 0;
}
