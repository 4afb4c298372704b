// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Shows the addresses that the loader wrote, and counts umask(2) calls in cgroups that are wanted.
#include "bpf_exporter.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif

const volatile __u64 kaddr_schedule = 0;
const volatile __u64 kaddr_vfs_read = 0;

BX_HASH(cgroups, 1024, __u64, __u64);
BX_HASH(schedule_address, 1, __u64, __u64);
BX_HASH(vfs_read_address, 1, __u64, __u64);
BX_HASH(wanted_calls_total, 1024, __u64, __u64);
BX_DROPPED(calls_dropped);

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx) {
  __u64 address = kaddr_schedule, one = 1, cgroup;

  if (ctx->args[1] != UMASK) return 0;
  bpf_map_update_elem(&schedule_address, &address, &one, BPF_ANY);
  address = kaddr_vfs_read;
  bpf_map_update_elem(&vfs_read_address, &address, &one, BPF_ANY);
  cgroup = bpf_get_current_cgroup_id();
  if (bpf_map_lookup_elem(&cgroups, &cgroup)) bx_increment(&wanted_calls_total, &cgroup);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
