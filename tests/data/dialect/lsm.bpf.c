// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

MAP(HASH, lsm_calls, 64, __u32, __u64);

SEC("lsm/task_setnice")
int BPF_PROG(allow, void *task, int nice, int result) {
  add(&lsm_calls, &nice, 1);
  return result;
}
