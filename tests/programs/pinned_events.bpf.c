// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sends a record for each umask(2) call through maps that every object with maps of these names
// shares.
#include "bpf_exporter.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif

BX_QUEUE(pinned_queue, 16384, __u32, __uint(pinning, LIBBPF_PIN_BY_NAME));
BX_PERF_EVENT_ARRAY(pinned_perf, __uint(pinning, LIBBPF_PIN_BY_NAME));

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx) {
  __u32 tgid = bpf_get_current_pid_tgid() >> 32;

  if (ctx->args[1] != UMASK) return 0;
  bpf_map_push_elem(&pinned_queue, &tgid, BPF_ANY);
  bpf_perf_event_output(ctx, &pinned_perf, BPF_F_CURRENT_CPU, &tgid, sizeof(tgid));
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
