// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_PERCPU_HASH(hash_by_cpu, 8, __u32, __u64);
BX_PERCPU_HASH(hash_summed, 8, __u32, __u64);
BX_PERCPU_ARRAY(array_by_cpu, 2, __u64);
BX_PERCPU_ARRAY(decoded_cpu, 1, __u64);
BX_PERCPU_ARRAY(only_cpu, 1, __u64);

FILL {
  PUT_CPU(hash_by_cpu, 0, 1, 77);
  PUT_CPU(hash_by_cpu, 1, 2, 77);
  PUT_CPU(hash_summed, 0, 3, 78);
  PUT_CPU(hash_summed, 1, 4, 78);
  PUT_CPU(array_by_cpu, 1, 5, 1);
  PUT_CPU(decoded_cpu, 0, 8, 0);
  PUT_CPU(decoded_cpu, 1, 9, 0);
  PUT_CPU(only_cpu, 0, 6, 0);
  PUT_CPU(only_cpu, 1, 7, 0);
  return 0;
}
