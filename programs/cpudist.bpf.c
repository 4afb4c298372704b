// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// How long tasks run until they are switched out, and how long they are away until they are back.
//
// Either is counted when it ends, by how it began or ended with the task leaving: voluntarily, as
// it had to wait for something, or not, as another task was to run. That is the kernel's own
// distinction in /proc/PID/status.

#include "bpf_exporter.bpf.h"
#include "cgroup.bpf.h"
#include "task.bpf.h"
#include "task_moments.bpf.h"

enum leaving { voluntary, involuntary, LEAVINGS };

struct times {
  BX_NATIVE_SECONDS(3, -20, 3) on_cpu;   // 1 µs to 8 s
  BX_NATIVE_SECONDS(3, -20, 9) off_cpu;  // … to 9 min
};

BX_PERCPU_ARRAY(cpudist_since, 1, __u64);  // when this CPU's task came, in ns
BX_TASK_MOMENTS(cpudist_left, 32768);      // when a task left; the lowest bit is its leaving
BX_PERCPU_ARRAY(cpudist_times, LEAVINGS, struct times);
// With by_cgroup in place of the other one; two buckets a doubling, as there are many: 3.6 MB.
struct of_cgroup {
  __u64 leaving;
  __u64 cgroup_id;
};
struct cgroup_times {
  BX_NATIVE_SECONDS(1, -20, 3) on_cpu;
  BX_NATIVE_SECONDS(1, -20, 9) off_cpu;
};
BX_HASH(cpudist_cgroups, 4096, struct of_cgroup, struct cgroup_times);
BX_DROPPED(cpudist_dropped);

// Counts the time of `task` on or off the CPU, in ns.
static __always_inline void count(struct task_struct *task, enum leaving leaving, bool on_cpu,
                                  __u64 took) {
  if (by_cgroup) {
    struct of_cgroup key = {.leaving = leaving, .cgroup_id = bx_cgroup_id_of(task)};
    struct cgroup_times *times = bx_value(&cpudist_cgroups, &key);

    if (!times) return;
    if (on_cpu)
      bx_observe_native_in(&times->on_cpu, took);
    else
      bx_observe_native_in(&times->off_cpu, took);
  } else {
    struct times *times = bx_value_at(&cpudist_times, leaving);

    if (!times) return;
    if (on_cpu)
      bx_observe_native_in(&times->on_cpu, took);
    else
      bx_observe_native_in(&times->off_cpu, took);
  }
}

// The tracepoint got a fourth argument in 5.18; these three come first in every version.
SEC("tp_btf/sched_switch")
int BPF_PROG(cpudist_switch, bool preempt, struct task_struct *prev, struct task_struct *next) {
  unsigned long state = bx_task_state(prev);
  enum leaving leaving = !preempt && state != BX_TASK_RUNNING ? voluntary : involuntary;
  __u64 now = bpf_ktime_get_ns();
  __u64 *since = bx_value_at(&cpudist_since, 0);
  __u64 left;

  if (!since) return 0;
  if (prev->pid != 0) {  // each CPU's idle task has 0
    if (*since != 0) count(prev, leaving, true, now - *since);
    if (!(state & BX_TASK_DEAD) &&
        !bx_set_moment(&cpudist_left, &cpudist_left_others, prev->pid, (now & ~1ull) | leaving))
      bx_drop();
  }
  *since = now;

  if (next->pid == 0) return 0;
  left = bx_take_moment(&cpudist_left, &cpudist_left_others, next->pid);
  if (left == 0) return 0;
  leaving = left & 1;
  left &= ~1ull;
  count(next, leaving, false, now > left ? now - left : 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
