// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Loads from memory, and those from the memory of another node, as the CPUs themselves count them.
//
// The kernel calls 49 times a second, after as many events as it chooses for that.

#include <linux/bpf_perf_event.h>

#include "bpf_exporter.bpf.h"

enum { LOADS, REMOTE, COUNTS };

BX_PERCPU_ARRAY(numa_counts, COUNTS, __u64);

SEC("perf_event/type=3,config=6,frequency=49")  // PERF_COUNT_HW_CACHE_NODE, read, access
int numa_load(struct bpf_perf_event_data *ctx) {
  bx_add_at(&numa_counts, LOADS, ctx->sample_period);
  return 0;
}

SEC("perf_event/type=3,config=65542,frequency=49")  // the same, miss
int numa_remote_load(struct bpf_perf_event_data *ctx) {
  bx_add_at(&numa_counts, REMOTE, ctx->sample_period);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
