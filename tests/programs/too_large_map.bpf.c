// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map that no machine has the memory for.
#include "hits.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 0xf0000000);
  __type(key, __u32);
  __type(value, __u64[16]);
} vast SEC(".maps");

SEC("socket") int uses_it(struct __sk_buff* packet) {
  __u32 slot = 0;
  hit(0);
  return bpf_map_lookup_elem(&vast, &slot) != 0;
}
