// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run-queue latency: how long a task that could run had to wait for a CPU.
//
// A wait begins when a task is woken, is new, or is switched out while it could go on, and ends
// when it is switched in. Every switch to a task other than idle is one wait.

#include "bpf_exporter.h"

#define NSEC_PER_USEC 1000
#define BUCKETS 27  // bounds of 2^0 … 2^26 µs (67 s); what is longer is counted in the last

// All tasks that wait at one time. Deleted on the way out, so pids that are gone do not pile up.
MAP(HASH, waiting, 32768, __u32, __u64);  // pid, when the wait began in ns

struct latency {
  __u64 slots[BUCKETS];
  __u64 sum_us;
  __u64 rest_ns;  // what sum_us leaves over, so that many short waits do not round to nothing
};

MAP(PERCPU_ARRAY, latency, 1, __u32, struct latency);

FAILURE_COUNTER(dropped);

static __always_inline void begin_wait(struct task_struct *task) {
  __u32 pid = task->pid;
  __u64 now = bpf_ktime_get_ns();

  if (pid == 0) return;  // each CPU's idle task has pid 0
  if (bpf_map_update_elem(&waiting, &pid, &now, BPF_ANY) != 0) count(&dropped, 0);
}

// Interrupts are off wherever this runs, so this CPU's histogram has one writer.
static __always_inline void record(__u64 ns) {
  __u64 us = ns / NSEC_PER_USEC;
  __u64 rest = ns - us * NSEC_PER_USEC;
  __u32 bucket = exp2_bucket(us + (rest > 0));  // 1.5 µs is over the bound of 1 µs
  __u32 zero = 0;
  struct latency *histogram = bpf_map_lookup_elem(&latency, &zero);

  if (!histogram) return;
  if (bucket >= BUCKETS) bucket = BUCKETS - 1;
  histogram->slots[bucket]++;
  rest += histogram->rest_ns;
  if (rest >= NSEC_PER_USEC) {
    rest -= NSEC_PER_USEC;
    us++;
  }
  histogram->rest_ns = rest;
  histogram->sum_us += us;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *task) {
  begin_wait(task);
  return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *task) {
  begin_wait(task);
  return 0;
}

// The tracepoint got a fourth argument in 5.18; these three come first in every version.
SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next) {
  unsigned long state = task_state(prev);
  __u32 pid;
  __u64 *began;

  // A task can be preempted between announcing that it will sleep and sleeping: it stays queued.
  if (preempt || state == TASK_RUNNING) {
    begin_wait(prev);
  } else if (state & TASK_DEAD) {
    // Left behind when a task is woken while it still runs.
    pid = prev->pid;
    bpf_map_delete_elem(&waiting, &pid);
  }

  pid = next->pid;
  began = bpf_map_lookup_elem(&waiting, &pid);
  if (began) {
    __u64 now = bpf_ktime_get_ns();

    record(now > *began ? now - *began : 0);
    bpf_map_delete_elem(&waiting, &pid);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
