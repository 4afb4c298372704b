// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Maps whose sizes are left to the loader.
#include "hits.h"

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u32);
  __type(value, __u64);
} counts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
} records SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_STACK_TRACE);
  __uint(key_size, 4);
} stacks SEC(".maps");

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(key_size, 4);
  __uint(max_entries, 1);
  __array(values, struct inner);
} nested SEC(".maps");

// Reads the nested map, counts in the others, so that all are there.
SEC("?raw_tp/sys_enter") int by_raw(struct bpf_raw_tracepoint_args* context) {
  __u32 zero = 0;
  __u64 one = 1;

  hit_if_call(0, context->args[1]);
  if (!bpf_map_lookup_elem(&nested, &zero)) bpf_map_update_elem(&counts, &zero, &one, 0);
  bpf_ringbuf_output(&records, &one, sizeof(one), 0);
  return 0;
}
