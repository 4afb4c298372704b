// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Counts the packets that a cgroup sends, in maps whose rows belong to cgroups.
#include "bpf_exporter.bpf.h"

BX_PERCPU_CGROUP_STORAGE(by_cgroup, struct bpf_cgroup_storage_key, __u64);
BX_CGROUP_STORAGE(by_cgroup_id, __u64, __u64);

SEC("?cgroup_skb/egress") int count_packets(struct __sk_buff *packet) {
  __u64 *all = bpf_get_local_storage(&by_cgroup_id, 0);

  *(__u64 *)bpf_get_local_storage(&by_cgroup, 0) += 1;
  __sync_fetch_and_add(all, 1);
  return 1;
}

char LICENSE[] SEC("license") = "GPL";
