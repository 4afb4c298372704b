// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/ptrace.h>

#include "fill.h"

MAP(HASH, kprobe_calls, 64, __u32, __u64);

SEC("kprobe/security_task_setnice")
int enter(struct pt_regs *context) {
  __u32 nice = PT_REGS_PARM2(context);
  add(&kprobe_calls, &nice, 1);
  return 0;
}
