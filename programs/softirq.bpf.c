// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Softirqs: how long one waited after it was raised, and how long its handler ran, by vector.
//
// A softirq runs on the CPU that raised it, and a second raise before it runs changes nothing, so
// a place for each vector on each CPU is all that has to be remembered.

#include "bpf_exporter.bpf.h"

#define VECTORS 10  // NR_SOFTIRQS of linux/interrupt.h, which has not changed since 2.6.30
#define NSEC_PER_USEC 1000

struct moments {
  __u64 raised;  // in ns; 0 if it was not
  __u64 entered;
};
struct times {
  BX_HISTOGRAM(24) wait;  // bounds of 2^0 … 2^23 µs (8 s)
  BX_HISTOGRAM(24) run;
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
  if (moments->raised != 0)
    bx_observe_exp2_in(&times->wait, moments->entered - moments->raised, NSEC_PER_USEC);
  moments->raised = 0;
  return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_left, unsigned int vector) {
  struct moments *moments = bx_value_at(&softirq_moments, vector);
  struct times *times = bx_value_at(&softirq_times, vector);

  if (!moments || !times || moments->entered == 0) return 0;
  bx_observe_exp2_in(&times->run, bpf_ktime_get_ns() - moments->entered, NSEC_PER_USEC);
  moments->entered = 0;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
