// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One record for each umask(2) call: the cgroup that it was made in.
#include "bpf_exporter.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif

BX_PERF_EVENT_ARRAY(cgroup_events_total);

SEC("raw_tp/sys_enter")
int send(struct bpf_raw_tracepoint_args *ctx) {
  __u64 cgroup = bpf_get_current_cgroup_id();

  if (ctx->args[1] != UMASK) return 0;
  bpf_perf_event_output(ctx, &cgroup_events_total, BPF_F_CURRENT_CPU, &cgroup, sizeof(cgroup));
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
