// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map that every object with a map of this name shares.
#include "hits.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} shared_hits SEC(".maps");

SEC("?socket") int by_socket(struct __sk_buff* packet) {
  bx_increment_at(&shared_hits, 2);
  return 0;
}
