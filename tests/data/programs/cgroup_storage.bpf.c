// Maps whose rows belong to cgroups, one row a CPU.
#include "bpf_exporter.h"

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
  __type(key, struct bpf_cgroup_storage_key);
  __type(value, __u64);
} by_cgroup SEC(".maps");

SEC("?cgroup_skb/ingress") int unused(struct __sk_buff *packet) {
  return bpf_get_local_storage(&by_cgroup, 0) != NULL;
}

char LICENSE[] SEC("license") = "GPL";
