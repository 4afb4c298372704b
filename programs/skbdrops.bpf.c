// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Packets that the kernel dropped, by its reason, and by its function where it gives none.

#include "bpf_exporter.bpf.h"

// The kernel numbers its reasons anew with each release; before 5.17 it has none.
enum skb_drop_reason___own { SKB_DROP_REASON_NOT_SPECIFIED };

BX_PERCPU_HASH(skb_drops, 1024, __u32, __u64);              // by reason; 0: the kernel has none
BX_PERCPU_HASH(skb_drops_unexplained, 1024, __u64, __u64);  // by where in the kernel
BX_DROPPED(skb_drops_dropped);

SEC("tp_btf/kfree_skb")
int skb_dropped(__u64 *ctx) {
  __u64 place = ctx[1];
  __u32 reason = 0;
  __u32 unexplained = 0;

  if (bpf_core_type_exists(enum skb_drop_reason___own)) {
    reason = ctx[2];
    unexplained = bpf_core_enum_value(enum skb_drop_reason___own, SKB_DROP_REASON_NOT_SPECIFIED);
  }
  bx_increment(&skb_drops, &reason);
  if (reason == unexplained) bx_increment(&skb_drops_unexplained, &place);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
