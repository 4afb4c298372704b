// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verifier refuses this one after so many instructions that its log has thousands of lines.
#include "hits.h"

SEC("raw_tp/sys_enter") int unchecked_late(void* context) {
  __u32 slot = 0;
#pragma clang loop unroll(disable)
  for (int i = 0; i < 1000; ++i) slot ^= bpf_get_prandom_u32() + i;
  __u64* count = bpf_map_lookup_elem(&hits, &slot);
  *count += 1;
  return 0;
}
