// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs of which one is enough, some of which no kernel takes. The system call that counts is
// getppid.
#include "hits.h"

SEC("?fentry/no_such_function") int by_no_fentry(__u64* context) {
  hit_if_wanted(0);
  return 0;
}

SEC("?raw_tp/sys_exit") int by_other(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(1, wanted_at(1));
  return 0;
}

// Loads everywhere, and attaches nowhere.
SEC("?kprobe/no_such_function") int by_kprobe(void* context) {
  hit_if_wanted(2);
  return 0;
}

SEC("?raw_tp/sys_enter") int by_raw(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(3, context->args[1]);
  return 0;
}

// The verifier refuses it: it does not check what the look-up returned.
SEC("?raw_tp/sys_enter") int by_refused(void* context) {
  __u32 slot = 4;
  __u64* count = bpf_map_lookup_elem(&hits, &slot);
  *count += 1;
  return 0;
}

SEC("?raw_tp/sys_enter") int by_sound(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(5, context->args[1]);
  return 0;
}
