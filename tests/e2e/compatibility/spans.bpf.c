// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct span {
  __u8 trace_id[16];
  __u8 span_id[8];
  __u64 duration;
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} spans_alone SEC(".maps");

FILL {
  struct span span = {{0xbe, 0xef}, {1}, 5};
  bpf_ringbuf_output(&spans_alone, &span, sizeof(span), 0);
  return 0;
}
