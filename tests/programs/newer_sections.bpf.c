// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sections that came with libbpf 1.3.
#include "hits.h"

SEC("tcx/ingress") int by_tcx(struct __sk_buff* packet) {
  hit(0);
  return -1;
}

SEC("uprobe.multi//proc/self/exe:post_*") int by_uprobe_multi(void* context) {
  hit(1);
  return 0;
}

SEC("raw_tp/sys_enter") int by_raw_tp(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(2, context->args[1]);
  return 0;
}
