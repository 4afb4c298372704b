#include "plan/layout.h"

#include <array>
#include <string_view>

namespace bpf_exporter {
namespace {

// In the order of enum bpf_map_type (linux/bpf.h), with bpftool's names.
constexpr std::array<std::string_view, 33> kMapTypeNames = {
    "unspec",
    "hash",
    "array",
    "prog_array",
    "perf_event_array",
    "percpu_hash",
    "percpu_array",
    "stack_trace",
    "cgroup_array",
    "lru_hash",
    "lru_percpu_hash",
    "lpm_trie",
    "array_of_maps",
    "hash_of_maps",
    "devmap",
    "sockmap",
    "cpumap",
    "xskmap",
    "sockhash",
    "cgroup_storage",
    "reuseport_sockarray",
    "percpu_cgroup_storage",
    "queue",
    "stack",
    "sk_storage",
    "devmap_hash",
    "struct_ops",
    "ringbuf",
    "inode_storage",
    "task_storage",
    "bloom_filter",
    "user_ringbuf",
    "cgrp_storage",
};

}  // namespace

bool IsPerCpu(bpf_map_type type) {
  return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

std::string MapTypeName(bpf_map_type type) {
  const auto index = static_cast<std::size_t>(type);
  if (index < kMapTypeNames.size()) return std::string(kMapTypeNames[index]);
  return "type " + std::to_string(index);
}

}  // namespace bpf_exporter
