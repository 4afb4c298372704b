// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif
#define MARKED 0x5eed01ff  // an argument that only the test gives

BX_ARRAY(raw_tp_calls, 1, __u64);

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *context) {
  struct pt_regs *registers = (struct pt_regs *)context->args[0];
  __u64 mask = 0;

  if (context->args[1] != UMASK) return 0;
  bpf_probe_read_kernel(&mask, sizeof(mask), &PT_REGS_PARM1_SYSCALL(registers));
  if ((__u32)mask == MARKED) bx_increment_at(&raw_tp_calls, 0);
  return 0;
}
