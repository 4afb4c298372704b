// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map as libbpf had them before 1.0.
#include "bpf_exporter.bpf.h"

struct bpf_map_def {
  unsigned type, key_size, value_size, max_entries, map_flags;
};
struct bpf_map_def hits SEC("maps") = {BPF_MAP_TYPE_ARRAY, 4, 8, 1};

SEC("?socket") int count(struct __sk_buff* packet) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&hits, &zero) != 0;
}

char LICENSE[] SEC("license") = "GPL";
