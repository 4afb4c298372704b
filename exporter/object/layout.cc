// SPDX-License-Identifier: Apache-2.0
#include "object/layout.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bpf_exporter::object {
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

// In the order of enum bpf_prog_type (linux/bpf.h).
constexpr std::array<std::string_view, 32> kProgramTypeNames = {
    "unspec",
    "socket_filter",
    "kprobe",
    "sched_cls",
    "sched_act",
    "tracepoint",
    "xdp",
    "perf_event",
    "cgroup_skb",
    "cgroup_sock",
    "lwt_in",
    "lwt_out",
    "lwt_xmit",
    "sock_ops",
    "sk_skb",
    "cgroup_device",
    "sk_msg",
    "raw_tracepoint",
    "cgroup_sock_addr",
    "lwt_seg6local",
    "lirc_mode2",
    "sk_reuseport",
    "flow_dissector",
    "cgroup_sysctl",
    "raw_tracepoint_writable",
    "cgroup_sockopt",
    "tracing",
    "struct_ops",
    "ext",
    "lsm",
    "sk_lookup",
    "syscall",
};

template <std::size_t kCount>
std::string NameAt(const std::array<std::string_view, kCount>& names, std::size_t index) {
  if (index < kCount) return std::string(names[index]);
  return "type " + std::to_string(index);
}

void AddPaths(const Type& type, const std::string& before, std::vector<std::string>& paths) {
  for (const FieldLayout& field : type.fields) {
    if (field.type->kind == Type::Kind::kStruct) {
      AddPaths(*field.type, before + field.name + ".", paths);
    } else {
      paths.push_back(before + field.name);
    }
  }
}

}  // namespace

bool IsPerCpu(bpf_map_type type) {
  return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

std::string MapTypeName(bpf_map_type type) {
  return NameAt(kMapTypeNames, static_cast<std::size_t>(type));
}

std::string ProgramTypeName(bpf_prog_type type) {
  return NameAt(kProgramTypeNames, static_cast<std::size_t>(type));
}

std::optional<FieldLayout> FindField(const Type& type, std::string_view path) {
  const Type* inside = &type;
  std::uint32_t offset = 0;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    const auto field = std::find_if(inside->fields.begin(), inside->fields.end(),
                                    [name](const FieldLayout& one) { return one.name == name; });
    if (field == inside->fields.end()) return std::nullopt;
    offset += field->offset;
    if (dot == std::string_view::npos) {
      FieldLayout found = *field;
      found.offset = offset;
      return found;
    }
    inside = field->type.get();
    path.remove_prefix(dot + 1);
  }
}

std::vector<std::string> FieldPaths(const Type& type) {
  std::vector<std::string> paths;
  AddPaths(type, "", paths);
  return paths;
}

}  // namespace bpf_exporter::object
