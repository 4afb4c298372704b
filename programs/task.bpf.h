// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Tasks, for programs that do without vmlinux.h. With it, include it before this: its types are
// then used.

#pragma once

#include "bpf_exporter.bpf.h"

#ifndef __VMLINUX_H__
struct thread_info {
  unsigned long flags;
  __u32 status;  // x86 only
} BX_KERNEL_TYPE;

struct task_struct {
  struct thread_info thread_info;
  int pid;               // of the thread
  int tgid;              // of the process
  __u64 start_boottime;  // ns since the host started, sleep included; since Linux 5.5
  char comm[16];
} BX_KERNEL_TYPE;
#endif

// The state was a long named `state` until 5.13.
struct task_struct___bx_state {
  unsigned int __state;
} BX_KERNEL_TYPE;
struct task_struct___bx_long_state {
  long state;
} BX_KERNEL_TYPE;

// The bits of a task's state, as include/linux/sched.h has had them since 4.14.
#define BX_TASK_RUNNING 0x00
#define BX_TASK_DEAD 0x80

static __always_inline unsigned long bx_task_state(struct task_struct *task) {
  struct task_struct___bx_state *now = (void *)task;
  struct task_struct___bx_long_state *before = (void *)task;

  return bpf_core_field_exists(now->__state) ? now->__state : before->state;
}
