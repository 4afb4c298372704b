// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A page of 2 MB: every entry of an array is a series.
#include "bpf_exporter.bpf.h"

BX_ARRAY(wide_total, 50000, __u64);

SEC("raw_tp/sched_process_fork") int forked(void* context) {
  bx_increment_at(&wide_total, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
