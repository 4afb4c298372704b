// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/ptrace.h>

#include "fill.h"

MAP(HASH, kretprobe_calls, 64, __u32, __u64);

SEC("kretprobe/security_task_setnice")
int leave(struct pt_regs *context) {
  __u32 result = PT_REGS_RC(context);
  add(&kretprobe_calls, &result, 1);
  return 0;
}
