// One map of each kind that metrics read; the tests fill them from user space.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair_key {
  __u32 id;
  char comm[16];
};

struct triple_value {
  __u64 count;
  __u32 size;
};

#define MAP(NAME, TYPE, ENTRIES, KEY, VALUE) \
  struct {                                   \
    __uint(type, TYPE);                      \
    __uint(max_entries, ENTRIES);            \
    __type(key, KEY);                        \
    __type(value, VALUE);                    \
  } NAME SEC(".maps")

MAP(array8, BPF_MAP_TYPE_ARRAY, 1000, __u32, __u64);
MAP(array12, BPF_MAP_TYPE_ARRAY, 300, __u32, struct triple_value);
MAP(array4, BPF_MAP_TYPE_ARRAY, 77, __u32, __u32);
MAP(hash20, BPF_MAP_TYPE_HASH, 5000, struct pair_key, __u64);
MAP(hash2, BPF_MAP_TYPE_HASH, 200, __u16, __u32);
MAP(lru8, BPF_MAP_TYPE_LRU_HASH, 4096, __u64, __u64);
MAP(percpu_array8, BPF_MAP_TYPE_PERCPU_ARRAY, 500, __u32, __u64);
MAP(percpu_array4, BPF_MAP_TYPE_PERCPU_ARRAY, 33, __u32, __u32);
MAP(percpu_hash20, BPF_MAP_TYPE_PERCPU_HASH, 3000, struct pair_key, __u64);
MAP(percpu_hash4, BPF_MAP_TYPE_PERCPU_HASH, 100, __u64, __u32);
MAP(lru_percpu8, BPF_MAP_TYPE_LRU_PERCPU_HASH, 4096, __u64, __u64);
MAP(churned, BPF_MAP_TYPE_HASH, 120000, __u64, __u64);

struct locked_value {
  struct bpf_spin_lock lock;
  __u32 count;
};
// The kernel maps no array whose values hold a lock.
MAP(locked, BPF_MAP_TYPE_ARRAY, 50, __u32, struct locked_value);

SEC("?socket") int unused(struct __sk_buff* packet) {
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
