// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One map for measuring, of the KIND and number of ENTRIES that the build says. No program writes
// it: bench_map does, from user space.
#include "bpf_exporter.bpf.h"

struct ops_key {
  __u32 id;
  __u32 op;
  char comm[16];
};

struct latency_key {
  __u32 dev;
  __u32 op;
  __u64 bucket;
};

#define HASH BPF_MAP_TYPE_HASH, struct ops_key
#define PERCPU BPF_MAP_TYPE_PERCPU_HASH, struct ops_key
#define HISTOGRAM BPF_MAP_TYPE_HASH, struct latency_key
#define ARRAY BPF_MAP_TYPE_ARRAY, __u32

#define BENCH_MAP(...) BENCH_MAP_OF(__VA_ARGS__)
#define BENCH_MAP_OF(map_type, key_type) \
  struct {                               \
    __uint(type, map_type);              \
    __uint(max_entries, ENTRIES);        \
    __type(key, key_type);               \
    __type(value, __u64);                \
  } bench SEC(".maps")

BENCH_MAP(KIND);

// A configuration is up when something is attached: this, where next to nothing happens.
SEC("raw_tp/sched_process_exit")
int attached(void *ctx) { return 0; }

char LICENSE[] SEC("license") = "GPL";
