// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Maps that a small machine has no memory for, one a build: VAST_KIND says which.
#include "../hits.h"

#if defined(VAST_ARRAY)
BX_ARRAY(vast, 2000000000, __u64);
#elif defined(VAST_HASH)
BX_HASH(vast, 100000000, __u64, __u64);
#elif defined(VAST_SPARSE_HASH)
BX_HASH(vast, 100000000, __u64, __u64, __uint(map_flags, BPF_F_NO_PREALLOC));
#elif defined(VAST_PERCPU_HASH)
BX_PERCPU_HASH(vast, 10000000, __u64, __u64);
#elif defined(VAST_PERCPU_ARRAY)
BX_PERCPU_ARRAY(vast, 100000000, __u64);
#elif defined(VAST_LRU_HASH)
BX_LRU_HASH(vast, 20000000, __u64, __u64);
#elif defined(VAST_LPM_TRIE)
struct prefix {
  __u32 bits;
  __u32 address;
};
BX_LPM_TRIE(vast, 50000000, struct prefix, __u64);
#elif defined(VAST_GROWING)
// Small enough, and takes nothing until it fills.
struct prefix {
  __u32 bits;
  __u32 address;
};
BX_LPM_TRIE(growing, 1400000, struct prefix, __u64);
#elif defined(VAST_OF_MAPS)
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __type(key, __u32);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 2000000000);
        __type(key, __u32);
        __type(value, __u64);
      });
} vast SEC(".maps");
#elif defined(VAST_QUEUE)
BX_QUEUE(vast, 500000000, __u64);
#elif defined(VAST_RINGBUF)
BX_RINGBUF(vast, 1 << 30);
#elif defined(VAST_STACK_TRACE)
BX_DECLARE_(BPF_MAP_TYPE_STACK_TRACE, vast, __uint(max_entries, 1000000); __uint(key_size, 4);
            __uint(value_size, 8 * 127));
#elif defined(VAST_BLOOM_FILTER)
BX_DECLARE_(BPF_MAP_TYPE_BLOOM_FILTER, vast, __uint(max_entries, 2000000000); __type(value, __u64));
#elif defined(VAST_SUM)
// Each is small enough.
BX_ARRAY(vast, 4500000, __u64);
BX_ARRAY(vast2, 4000000, __u64);
BX_ARRAY(vast3, 4000000, __u64);
BX_ARRAY(vast4, 4000000, __u64);
BX_ARRAY(vast5, 4000000, __u64);
BX_ARRAY(vast6, 4000000, __u64);
#elif defined(VAST_VARIABLES)
char variables[1 << 28];
#endif

SEC("raw_tp/sys_enter") int count(void* context) {
#ifdef VAST_VARIABLES
  ((volatile char*)variables)[bpf_get_smp_processor_id() & 1] = 1;
#endif
  hit(0);
  return 0;
}
