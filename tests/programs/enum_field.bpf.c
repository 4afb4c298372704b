// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A field of an enum in a struct of the kernel, whose place libbpf looks up when it loads the
// object: it compares the enum's name with the kernel's.
#include "hits.h"

struct bpf_map {
  enum bpf_map_type map_type;
} __attribute__((preserve_access_index));

SEC("raw_tp/sys_enter") int on_call(struct bpf_raw_tracepoint_args* context) {
  if (bpf_core_field_offset(struct bpf_map, map_type) > 0) hit_if_call(0, context->args[1]);
  return 0;
}
