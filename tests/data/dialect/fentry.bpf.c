// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

MAP(HASH, fentry_calls, 64, __u32, __u64);

SEC("fentry/security_task_setnice")
int BPF_PROG(enter, void *task, int nice) {
  add(&fentry_calls, &nice, 1);
  return 0;
}
