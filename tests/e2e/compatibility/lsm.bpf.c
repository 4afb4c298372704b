// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(lsm_calls, 64, __u32, __u64);
BX_DROPPED(lsm_dropped);

SEC("lsm/task_setnice")
int BPF_PROG(allow, void *task, int nice, int result) {
  __u32 key = nice;
  bx_increment(&lsm_calls, &key);
  return result;
}
