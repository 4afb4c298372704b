// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Attaches to static tracepoints of user space.
#include "hits.h"

// clang-format off
#include <linux/ptrace.h>
#include <bpf/usdt.bpf.h>
// clang-format on

SEC("?usdt") int by_usdt(struct pt_regs* context) {
  hit_if_wanted(0);
  return 0;
}

SEC("?uprobe") int of_another_section(struct pt_regs* context) {
  hit_if_wanted(1);
  return 0;
}
