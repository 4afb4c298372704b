// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs that libbpf cannot load, as their sections name no target, beside one that it can.
#include "hits.h"

SEC("raw_tp/sys_enter") int by_raw_tp(struct bpf_raw_tracepoint_args* context) {
  hit_if_call(0, context->args[1]);
  return 0;
}

SEC("tp_btf") int by_tp_btf(void* context) {
  hit(1);
  return 0;
}

SEC("fentry") int by_fentry(void* context) {
  hit(2);
  return 0;
}

SEC("lsm") int by_lsm(void* context) {
  hit(3);
  return 0;
}
