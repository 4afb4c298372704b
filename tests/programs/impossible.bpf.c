// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Maps that no kernel makes.
#include "bpf_exporter.bpf.h"

struct prefix {
  __u32 bits;
  __u32 address;
};

BX_HASH(empty, 0, __u32, __u64);
BX_HASH(endless, 0xffffffff, __u32, __u64);
BX_MAP_(BPF_MAP_TYPE_LPM_TRIE, routes, 100, struct prefix, __u64);
BX_RINGBUF(records, 0xc0000000);
BX_MAP_(BPF_MAP_TYPE_ARRAY, slots, 100, __u64, __u64);

SEC("?socket") int unused(struct __sk_buff* packet) { return 0; }

char LICENSE[] SEC("license") = "GPL";
