// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(fentry_calls, 64, __u32, __u64);
BX_DROPPED(fentry_dropped);

SEC("fentry/security_task_setnice")
int BPF_PROG(enter, void *task, int nice) {
  __u32 key = nice;
  bx_increment(&fentry_calls, &key);
  return 0;
}
