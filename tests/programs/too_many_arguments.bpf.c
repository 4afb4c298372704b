// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Reads a third argument of a raw tracepoint that has two, as after a change of the kernel.
#include "hits.h"

SEC("raw_tp/sys_enter") int third(struct bpf_raw_tracepoint_args* context) {
  if (context->args[2]) hit(0);
  return 0;
}
