// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct call {
  __u32 nice;
  __u32 result;
};
BX_HASH(fexit_calls, 64, struct call, __u64);
BX_DROPPED(fexit_dropped);

SEC("fexit/security_task_setnice")
int BPF_PROG(leave, void *task, int nice, int result) {
  struct call call = {.nice = nice, .result = result};
  bx_increment(&fexit_calls, &call);
  return 0;
}
