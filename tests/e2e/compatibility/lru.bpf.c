// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_LRU_HASH(lru_total, 1024, __u32, __u64);
BX_LRU_PERCPU_HASH(lru_percpu_total, 1024, __u32, __u64);

FILL {
  PUT(lru_total, 1, 7);
  PUT(lru_total, 2, 8);
  PUT_CPU(lru_percpu_total, 0, 20, 9);
  PUT_CPU(lru_percpu_total, 1, 3, 9);
  return 0;
}
