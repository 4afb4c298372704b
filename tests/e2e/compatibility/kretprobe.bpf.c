// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(kretprobe_calls, 64, __u32, __u64);
BX_DROPPED(kretprobe_dropped);

SEC("kretprobe/security_task_setnice")
int leave(struct pt_regs *context) {
  __u32 result = PT_REGS_RC(context);
  bx_increment(&kretprobe_calls, &result);
  return 0;
}
