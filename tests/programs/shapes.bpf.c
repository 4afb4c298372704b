// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Maps with every kind of key and value that the layout reader tells apart. Nothing runs.
// libbpf's headers use the types of those before them.
// clang-format off
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
// clang-format on

enum verb { VERB_READ = 0, VERB_WRITE = 1, VERB_FLUSH = 7 };
enum level { LEVEL_LOW = -1, LEVEL_HIGH = 1 };

typedef char comm_t[16];

struct endpoint {
  __u32 address;
  __u16 port;
};

struct shape_key {
  const __u32 device;
  enum verb operation;
  comm_t comm;
  struct endpoint peer;
  unsigned char mac[6];
  _Bool inbound;
  char letter;
  union {
    __u32 v4;
    __u8 v6[16];
  };
  volatile __s64 offset;
};

struct shape_value {
  __u64 count;
  __s32 level;
  __u32 low : 4;
  __u32 high : 28;
  __u32 slots[5];
  enum level state;
  double ratio;
  void* pointer;
  struct {
    __u16 inner;
    struct endpoint nested;
  };
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1000);
  __type(key, struct shape_key);
  __type(value, struct shape_value);
} shapes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, __u64);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(key_size, 12);
  __uint(value_size, 8);
} plain SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} records SEC(".maps");

const volatile __u64 kaddr_jiffies = 0;
const volatile __u32 verbose = 0;
__u64 tunable = 1;
__u64 seen;

SEC("socket")
int count(struct __sk_buff* skb) {
  __u32 slot = verbose;
  __u64* value = bpf_map_lookup_elem(&slots, &slot);
  if (value && kaddr_jiffies) *value += tunable;
  seen++;
  return 0;
}

SEC("?kprobe/do_unlinkat")
int unlinked(void* context) {
  struct shape_key key = {};
  __u32 other[3] = {};
  bpf_map_lookup_elem(&shapes, &key);
  bpf_map_lookup_elem(&plain, &other);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
