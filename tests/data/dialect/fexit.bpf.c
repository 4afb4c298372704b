// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct call {
  __u32 nice;
  __u32 result;
};
MAP(HASH, fexit_calls, 64, struct call, __u64);

SEC("fexit/security_task_setnice")
int BPF_PROG(leave, void *task, int nice, int result) {
  struct call call = {.nice = nice, .result = result};
  add(&fexit_calls, &call, 1);
  return 0;
}
