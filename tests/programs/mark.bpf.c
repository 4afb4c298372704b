// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Runs when the exporter says that everything is attached: counts how often.
#include "bpf_exporter.bpf.h"

BX_ARRAY(marks_total, 1, __u64);

SEC("uprobe//proc/self/exe:post_attach_mark") int mark(void* context) {
  bx_increment_at(&marks_total, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
