// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Softirqs: how long one waited after it was raised, and how long its handler ran, by vector.
//
// A softirq runs on the CPU that raised it, and a second raise before it runs changes nothing, so
// a place for each vector on each CPU is all that has to be remembered.

#include "bpf_exporter.bpf.h"

#define VECTORS 10  // NR_SOFTIRQS of linux/interrupt.h, which has not changed since 2.6.30

struct moments {
  __u64 raised;  // in ns; 0 if it was not
  __u64 entered;
};
struct times {
  BX_NATIVE_SECONDS(3, -20, 3) wait;  // 1 µs to 8 s; 30 kB a CPU for all
  BX_NATIVE_SECONDS(3, -20, 3) run;
};
BX_PERCPU_ARRAY(softirq_moments, VECTORS, struct moments);
BX_PERCPU_ARRAY(softirq_times, VECTORS, struct times);

SEC("tp_btf/softirq_raise")
int BPF_PROG(softirq_raised, unsigned int vector) {
  struct moments *moments = bx_value_at(&softirq_moments, vector);

  if (moments && moments->raised == 0) moments->raised = bpf_ktime_get_ns();
  return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entered, unsigned int vector) {
  struct moments *moments = bx_value_at(&softirq_moments, vector);
  struct times *times = bx_value_at(&softirq_times, vector);

  if (!moments || !times) return 0;
  moments->entered = bpf_ktime_get_ns();
  if (moments->raised != 0) bx_observe_native_in(&times->wait, moments->entered - moments->raised);
  moments->raised = 0;
  return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_left, unsigned int vector) {
  struct moments *moments = bx_value_at(&softirq_moments, vector);
  struct times *times = bx_value_at(&softirq_times, vector);

  if (!moments || !times || moments->entered == 0) return 0;
  bx_observe_native_in(&times->run, bpf_ktime_get_ns() - moments->entered);
  moments->entered = 0;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
