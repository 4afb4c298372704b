// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run-queue latency: how long a task that could run had to wait for a CPU.
//
// A wait begins when a task is woken, is new, or is switched out while it could go on, and ends
// when it is switched in. Every switch to a task other than idle is one wait.

#include "bpf_exporter.bpf.h"
#include "task.bpf.h"

#define NSEC_PER_USEC 1000

// All tasks that wait at one time. Deleted on the way out, so pids that are gone do not pile up.
BX_HASH(runqlat_waiting, 32768, __u32, __u64);  // pid, when the wait began in ns

// Bounds of 2^0 … 2^26 µs (67 s).
BX_PERCPU_ARRAY(runqlat_latency, 1, BX_HISTOGRAM(27));

BX_DROPPED(runqlat_dropped);

static __always_inline void begin_wait(struct task_struct *task, __u64 now) {
  __u32 pid = task->pid;

  if (pid == 0) return;  // each CPU's idle task has pid 0
  bx_set(&runqlat_waiting, &pid, now);
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
  __u64 *began;
  __u32 pid;

  // A task can be preempted between announcing that it will sleep and sleeping: it stays queued.
  if (preempt || state == BX_TASK_RUNNING) {
    begin_wait(prev, now);
  } else if (state & BX_TASK_DEAD) {
    // Left behind when a task is woken while it still runs.
    pid = prev->pid;
    bpf_map_delete_elem(&runqlat_waiting, &pid);
  }

  pid = next->pid;
  if (pid == 0) return 0;  // idle
  began = bpf_map_lookup_elem(&runqlat_waiting, &pid);
  if (began) {
    // Before the row is deleted, which takes 10 ns less than after it.
    bx_observe_exp2_at(&runqlat_latency, 0, now > *began ? now - *began : 0, NSEC_PER_USEC);
    bpf_map_delete_elem(&runqlat_waiting, &pid);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
