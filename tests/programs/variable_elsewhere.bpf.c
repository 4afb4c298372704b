// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A variable in a section of which libbpf makes no map.
#include "bpf_exporter.bpf.h"

__u64 hits SEC("counts") = 1;

SEC("?socket") int count(struct __sk_buff* packet) {
  __sync_fetch_and_add(&hits, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
