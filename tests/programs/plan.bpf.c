// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Maps of every kind that a configuration can name, rightly or wrongly. Nothing runs.
// libbpf's headers use the types of those before them.
// clang-format off
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
// clang-format on

#define MAP(name, map_type, entries, key_type, value_type) \
  struct {                                                 \
    __uint(type, map_type);                                \
    __uint(max_entries, entries);                          \
    __type(key, key_type);                                 \
    __type(value, value_type);                             \
  } name SEC(".maps")

enum verb { READ = 0, WRITE = 1, FLUSH = 7 };
enum bpf_map_type___own { OF_THE_KERNEL = 1 };

struct endpoint {
  __u32 address;
  __u16 port;
};

struct ops_key {
  __u32 device;
  __u8 op;
  char comm[16];
  struct endpoint peer;
  __u8 mac[6];
  _Bool inbound;
  __s32 delta;
  __u32 low : 4;
};

struct ops_value {
  __u64 ops;
  __s64 inflight;
  __u32 small;
  __s16 drift;
  __u16 flags : 3;
  __u32 slots[8];
  __u64 sum;
  double ratio;
  char name[8];
  struct endpoint last;
};

struct latency_key {
  __u32 device;
  enum verb op;
  __u64 bucket;
};

struct verb_bucket {
  __u32 device;
  enum verb bucket;
};

struct flow_key {
  __u32 device;
  __u32 op;
};

struct own_cpu_key {
  __u16 cpu;
  __u16 queue;
};

struct wrapped {
  __u64 only;
};

union halves {
  struct {
    __u32 low;
    __u32 high;
  } half;
  __u64 whole;
};

MAP(ops, BPF_MAP_TYPE_HASH, 1000, struct ops_key, struct ops_value);
MAP(latency, BPF_MAP_TYPE_HASH, 1000, struct latency_key, __u64);
MAP(latency_percpu, BPF_MAP_TYPE_PERCPU_HASH, 1000, struct latency_key, __u64);
MAP(verbs, BPF_MAP_TYPE_HASH, 1000, struct verb_bucket, __u64);
MAP(flows, BPF_MAP_TYPE_PERCPU_HASH, 1000, struct flow_key, __u64);
MAP(own_cpu, BPF_MAP_TYPE_PERCPU_HASH, 1000, struct own_cpu_key, __u64);
MAP(slots, BPF_MAP_TYPE_ARRAY, 256, __u32, __u64);
MAP(one, BPF_MAP_TYPE_ARRAY, 1, __u32, struct ops_value);
MAP(one_percpu, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u32, __u64);
MAP(slots_percpu, BPF_MAP_TYPE_PERCPU_ARRAY, 8, __u32, __u64);
MAP(by_pid, BPF_MAP_TYPE_HASH, 100, __u32, __s64);
MAP(
    by_name, BPF_MAP_TYPE_HASH, 100, struct { char name[16]; }, struct wrapped);
MAP(cpus, BPF_MAP_TYPE_CPUMAP, 100, __u32, __u64);
MAP(cgroups, BPF_MAP_TYPE_HASH, 100, __u64, __u64);
MAP(halves, BPF_MAP_TYPE_HASH, 100, __u32, union halves);
MAP(by_map_type, BPF_MAP_TYPE_HASH, 100, enum bpf_map_type___own, __u64);

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __uint(key_size, 12);
  __uint(value_size, 8);
} plain SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 64);
  __uint(key_size, 4);
  __uint(value_size, 4);
} plain_array SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} records SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_QUEUE);
  __uint(max_entries, 64);
  __type(value, struct flow_key);
} pending SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, __u32);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u64);
      });
} nested SEC(".maps");

const volatile __u64 kaddr_jiffies = 0;
const volatile __u32 kaddr_short = 0;

SEC("?socket")
int count_packets(struct __sk_buff* skb) { return kaddr_jiffies != 0 && kaddr_short != 0; }

SEC("kprobe/do_unlinkat")
int unlinked(void* context) { return 0; }

SEC("tracepoint/block/block_rq_issue")
int issued(void* context) { return 0; }

SEC("?of_my_own")
int untyped(void* context) { return 0; }

char LICENSE[] SEC("license") = "GPL";
