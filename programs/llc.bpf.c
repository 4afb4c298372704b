// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// References to the last level of the CPU caches, and misses, as the CPUs themselves count them.
//
// The kernel calls 49 times a second, after as many events as it chooses for that.

#include <linux/bpf_perf_event.h>

#include "bpf_exporter.bpf.h"

enum { REFERENCES, MISSES, COUNTS };

BX_PERCPU_ARRAY(llc_counts, COUNTS, __u64);

SEC("perf_event/type=0,config=2,frequency=49")  // PERF_COUNT_HW_CACHE_REFERENCES
int llc_reference(struct bpf_perf_event_data *ctx) {
  bx_add_at(&llc_counts, REFERENCES, ctx->sample_period);
  return 0;
}

SEC("perf_event/type=0,config=3,frequency=49")  // PERF_COUNT_HW_CACHE_MISSES
int llc_miss(struct bpf_perf_event_data *ctx) {
  bx_add_at(&llc_counts, MISSES, ctx->sample_period);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
