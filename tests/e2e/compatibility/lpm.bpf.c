// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct network {
  __u32 bits;
  __u8 address[4];
};

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 8);
  __type(key, struct network);
  __type(value, __u64);
} networks SEC(".maps");

FILL {
  PUT(networks, 1, 8, {10});
  PUT(networks, 2, 24, {10, 0, 2});
  PUT(networks, 3, 0);
  return 0;
}
