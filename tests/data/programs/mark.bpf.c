// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Runs when the exporter says that everything is attached: counts how often.
#include "bpf_exporter.bpf.h"

BX_ARRAY(marks_total, 1, __u64);

SEC("uprobe//proc/self/exe:post_attach_mark") int mark(void* context) {
  __u32 slot = 0;
  __u64* count = bpf_map_lookup_elem(&marks_total, &slot);
  if (count) __sync_fetch_and_add(count, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
