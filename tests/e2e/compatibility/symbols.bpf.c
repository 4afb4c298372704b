// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

const volatile __u64 kaddr_schedule = 0;
const volatile __u64 kaddr_vfs_read = 0;

struct stack {
  __u64 frames[4];
};

BX_HASH(ksym_total, 4, __u64, __u64);
BX_HASH(kstack_total, 4, struct stack, __u64);

FILL {
  PUT(ksym_total, 1, kaddr_schedule);
  PUT(ksym_total, 2, 0x830);
  PUT(kstack_total, 3, {kaddr_schedule + 1, kaddr_vfs_read, 0, kaddr_schedule});
  PUT(kstack_total, 4, {1, kaddr_schedule});
  PUT(kstack_total, 5, {});
  return 0;
}
