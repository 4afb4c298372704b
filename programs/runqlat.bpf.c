// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run-queue latency: how long a task that could run had to wait for a CPU.
//
// A wait begins when a task is woken, is new, or is switched out while it could go on, and ends
// when it is switched in. Every switch to a task other than idle is one wait.

#include "bpf_exporter.bpf.h"
#include "cgroup.bpf.h"
#include "task.bpf.h"
#include "task_moments.bpf.h"

// When tasks that wait began to. Taken on the way out, so tasks that are gone do not pile up.
BX_TASK_MOMENTS(runqlat_waiting, 8192);

// Bounds of 2^-20 s (1 µs) to 2^6 s, eight a doubling.
BX_PERCPU_ARRAY(runqlat_latency, 1, BX_NATIVE_SECONDS(3, -20, 6));

// With by_cgroup in place of the other one, by the id of the cgroup of the task that waited. Two a
// doubling, as there are many: 1 MB for all.
BX_HASH(runqlat_cgroups, 2048, __u64, BX_NATIVE_SECONDS(1, -20, 6));

BX_DROPPED(runqlat_dropped);

static __always_inline void begin_wait(struct task_struct *task, __u64 now) {
  __u32 tid = task->pid;

  if (tid == 0) return;  // each CPU's idle task has 0
  if (!bx_set_moment(&runqlat_waiting, &runqlat_waiting_others, tid, now)) bx_drop();
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *task) {
  begin_wait(task, bpf_ktime_get_ns());
  return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *task) {
  begin_wait(task, bpf_ktime_get_ns());
  return 0;
}

// The tracepoint got a fourth argument in 5.18; these three come first in every version.
SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next) {
  unsigned long state = bx_task_state(prev);
  __u64 now = bpf_ktime_get_ns();
  __u64 began, waited, cgroup;

  // A task can be preempted between announcing that it will sleep and sleeping: it stays queued.
  if (preempt || state == BX_TASK_RUNNING) {
    begin_wait(prev, now);
  } else if (state & BX_TASK_DEAD) {
    // Left behind when a task is woken while it still runs.
    bx_take_moment(&runqlat_waiting, &runqlat_waiting_others, prev->pid);
  }

  if (next->pid == 0) return 0;  // idle
  began = bx_take_moment(&runqlat_waiting, &runqlat_waiting_others, next->pid);
  if (!began) return 0;
  waited = now > began ? now - began : 0;
  if (by_cgroup) {
    cgroup = bx_cgroup_id_of(next);
    bx_observe_native(&runqlat_cgroups, &cgroup, waited);
  } else {
    bx_observe_native_at(&runqlat_latency, 0, waited);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
