// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u32 mode;
  __u16 cpu;
} __attribute__((packed));

BX_HASH(cpu_of_key_total, 8, struct key, __u64);

FILL {
  PUT(cpu_of_key_total, 1, 3, 500);
  return 0;
}
