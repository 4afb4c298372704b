// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif
#define MARKED 0x5eed01ff  // an argument that only the test gives

BX_PERCPU_ARRAY(tp_btf_calls, 1, __u64);

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *registers, long number) {
  if (number != UMASK) return 0;
  if ((__u32)PT_REGS_PARM1_SYSCALL(registers) == MARKED) bx_increment_at(&tp_btf_calls, 0);
  return 0;
}
