// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_ARRAY(of_an_array, 1, __u64);
BX_PERCPU_ARRAY(of_a_percpu_array, 1, __u64);
BX_HASH(of_a_hash, 4, __u32, __u64);

FILL {
  PUT(of_an_array, 9007199254740993, 0);
  PUT_CPU(of_a_percpu_array, 0, 40, 0);
  PUT_CPU(of_a_percpu_array, 1, 2, 0);
  PUT(of_a_hash, 123456, 0);
  return 0;
}
