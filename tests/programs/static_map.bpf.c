// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map that nobody else can see.
#include "bpf_exporter.bpf.h"

static BX_ARRAY(hits, 1, __u64);

SEC("?socket") int count(struct __sk_buff* packet) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&hits, &zero) != 0;
}

char LICENSE[] SEC("license") = "GPL";
