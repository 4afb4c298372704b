// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(kprobe_calls, 64, __u32, __u64);
BX_DROPPED(kprobe_dropped);

SEC("kprobe/security_task_setnice")
int enter(struct pt_regs *context) {
  __u32 nice = PT_REGS_PARM2(context);
  bx_increment(&kprobe_calls, &nice);
  return 0;
}
