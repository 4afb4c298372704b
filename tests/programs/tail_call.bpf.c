// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One program jumps into another through a program array that the loader fills.
#include "hits.h"

SEC("socket") int second(struct __sk_buff* packet) {
  hit(1);
  return 0;
}

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __array(values, int(struct __sk_buff*));
} next SEC(".maps") = {.values = {[0] = &second}};

SEC("?socket") int first(struct __sk_buff* packet) {
  hit(0);
  bpf_tail_call(packet, &next, 0);
  hit(2);  // only if the jump failed
  return 0;
}
