// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// How long the tasks of a cgroup waited for a CPU, and how long its CPU quota kept it from one.
//
// Waits are those of runqlat, counted for the cgroup that a task is in when it gets the CPU. A
// quota throttles the run queue that a cgroup has on a CPU, so that a cgroup on two CPUs may be
// throttled twice at a time; throttled_usec of cpu.stat counts so, too.

#include "bpf_exporter.bpf.h"
#include "task.bpf.h"
#include "task_moments.bpf.h"

#define CGROUPS 2048

struct kernfs_node {
  __u64 id;
} BX_KERNEL_TYPE;
struct cgroup_root {
  int hierarchy_id;  // 0: that of cgroup2
} BX_KERNEL_TYPE;
struct cgroup {
  struct kernfs_node *kn;
  struct cgroup_root *root;
} BX_KERNEL_TYPE;
struct css_set {
  struct cgroup *dfl_cgrp;  // in the tree of cgroup2
} BX_KERNEL_TYPE;
struct task_struct___bx_in_cgroups {
  struct css_set *cgroups;
} BX_KERNEL_TYPE;
struct cgroup_subsys_state {
  struct cgroup *cgroup;
} BX_KERNEL_TYPE;
struct task_group {
  struct cgroup_subsys_state css;
} BX_KERNEL_TYPE;
struct cfs_rq {
  struct task_group *tg;
} BX_KERNEL_TYPE;

BX_TASK_MOMENTS(cgsched_waiting, 8192);
BX_HASH(cgsched_began, 16384, __u64, __u64);  // by throttled run queue: since when, in ns
// By cgroup, 1 µs to 8 s; two buckets a doubling, as there are many: 0.8 MB for each of both.
BX_HASH(cgsched_wait, CGROUPS, __u64, BX_NATIVE_SECONDS(1, -20, 3));
BX_HASH(cgsched_throttled, CGROUPS, __u64, BX_NATIVE_SECONDS(1, -20, 3));
BX_DROPPED(cgsched_dropped);

static __always_inline void begin_wait(struct task_struct *task, __u64 now) {
  __u32 tid = task->pid;

  if (tid == 0) return;  // each CPU's idle task has 0
  if (!bx_set_moment(&cgsched_waiting, &cgsched_waiting_others, tid, now)) bx_drop();
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(cgsched_wakeup, struct task_struct *task) {
  begin_wait(task, bpf_ktime_get_ns());
  return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(cgsched_new, struct task_struct *task) {
  begin_wait(task, bpf_ktime_get_ns());
  return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(cgsched_switch, bool preempt, struct task_struct *prev, struct task_struct *next) {
  unsigned long state = bx_task_state(prev);
  __u64 now = bpf_ktime_get_ns();
  __u64 began, cgroup;

  if (preempt || state == BX_TASK_RUNNING)
    begin_wait(prev, now);
  else if (state & BX_TASK_DEAD)
    bx_take_moment(&cgsched_waiting, &cgsched_waiting_others, prev->pid);

  if (next->pid == 0) return 0;
  began = bx_take_moment(&cgsched_waiting, &cgsched_waiting_others, next->pid);
  if (began == 0) return 0;
  cgroup = ((struct task_struct___bx_in_cgroups *)next)->cgroups->dfl_cgrp->kn->id;
  bx_observe_native(&cgsched_wait, &cgroup, now > began ? now - began : 0);
  return 0;
}

// It may find that there is time left after all; the next call then says when it began.
SEC("fentry/throttle_cfs_rq")
int BPF_PROG(cgsched_throttle, struct cfs_rq *queue) {
  __u64 key = (__u64)queue;

  bx_set(&cgsched_began, &key, bpf_ktime_get_ns());
  return 0;
}

SEC("fentry/unthrottle_cfs_rq")
int BPF_PROG(cgsched_unthrottle, struct cfs_rq *queue) {
  struct cgroup *cgroup = queue->tg->css.cgroup;
  __u64 key = (__u64)queue;
  __u64 began;

  if (!bx_take(&cgsched_began, &key, &began) || cgroup->root->hierarchy_id != 0) return 0;
  key = cgroup->kn->id;
  bx_observe_native(&cgsched_throttled, &key, bpf_ktime_get_ns() - began);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
