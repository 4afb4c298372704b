// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs that entries under probes: attach; one that has no entry is not even loaded.
#include "hits.h"

#define HOOK(SLOT, SECTION, NAME)      \
  SEC("?" SECTION) int NAME(void* c) { \
    hit_if_wanted(SLOT);               \
    return 0;                          \
  }

HOOK(0, "tracepoint", by_tracepoint)
HOOK(1, "kprobe", by_kprobe)
HOOK(2, "kretprobe", by_kretprobe)
HOOK(3, "fentry", by_fentry)
HOOK(4, "fexit", by_fexit)
HOOK(5, "lsm", by_lsm)
HOOK(6, "uprobe", by_uprobe)
HOOK(7, "uretprobe", by_uretprobe)
HOOK(8, "perf_event", by_perf_event)

SEC("?raw_tp") int by_raw_tracepoint(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(9, context->args[1]);
  return 0;
}

SEC("?tp_btf") int by_tp_btf(__u64* context) {
  hit_if_call(10, context[1]);
  return 0;
}

SEC("?socket") int by_socket(struct __sk_buff* packet) {
  hit(11);
  return 0;
}

SEC("?xdp") int by_xdp(struct xdp_md* context) {
  hit(12);
  return XDP_PASS;
}

// -1: the next filter decides.
SEC("?tc") int by_tc_ingress(struct __sk_buff* packet) {
  hit(13);
  return -1;
}

SEC("?tc") int by_tc_egress(struct __sk_buff* packet) {
  hit(14);
  return -1;
}

SEC("?cgroup_skb/egress") int by_cgroup(struct __sk_buff* packet) {
  hit(15);
  return 1;
}

// A section that nobody knows: the entry decides.
SEC("?anything") int by_entry_alone(struct __sk_buff* packet) {
  hit(16);
  return 0;
}
