// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs whose sections say where they attach. The system call that counts is getppid.
#include "hits.h"

SEC("tp_btf/sys_enter") int by_tp_btf(__u64* context) {
  hit_if_call(0, context[1]);
  return 0;
}

SEC("raw_tp/sys_enter") int by_raw_tp(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(1, context->args[1]);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_getppid") int by_tracepoint(void* context) {
  hit_if_wanted(2);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_nonsense") int by_no_tracepoint(void* context) {
  hit_if_wanted(3);
  return 0;
}

// Says nothing of where; needs an entry under probes:.
SEC("socket") int by_nothing(struct __sk_buff* packet) {
  hit(4);
  return 0;
}
