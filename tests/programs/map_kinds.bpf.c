// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One map of each kind that metrics read; the tests fill them from user space.
#include "bpf_exporter.bpf.h"

struct pair_key {
  __u32 id;
  char comm[16];
};

struct triple_value {
  __u64 count;
  __u32 size;
};

BX_ARRAY(array8, 1000, __u64);
BX_ARRAY(array12, 300, struct triple_value);
BX_ARRAY(array4, 77, __u32);
BX_HASH(hash20, 5000, struct pair_key, __u64);
BX_HASH(hash2, 200, __u16, __u32);
BX_LRU_HASH(lru8, 4096, __u64, __u64);
BX_PERCPU_ARRAY(percpu_array8, 500, __u64);
BX_PERCPU_ARRAY(percpu_array4, 33, __u32);
BX_PERCPU_HASH(percpu_hash20, 3000, struct pair_key, __u64);
BX_PERCPU_HASH(percpu_hash4, 100, __u64, __u32);
BX_LRU_PERCPU_HASH(lru_percpu8, 4096, __u64, __u64);

struct prefix_key {
  __u32 bits;
  __u8 address[16];
};
BX_LPM_TRIE(trie20, 128, struct prefix_key, __u64);

BX_HASH(churned, 120000, __u64, __u64);

struct locked_value {
  struct bpf_spin_lock lock;
  __u32 count;
};
// The kernel maps no array whose values hold a lock.
BX_ARRAY(locked, 50, struct locked_value);

SEC("?socket") int unused(struct __sk_buff* packet) { return 0; }

char LICENSE[] SEC("license") = "GPL";
