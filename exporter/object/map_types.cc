// SPDX-License-Identifier: Apache-2.0
// Tests: layout_test.cc
#include "object/map_types.h"

#include <array>
#include <string_view>

namespace bpf_exporter::object {
namespace {

struct MapType {
  std::string_view name;  // bpftool's
  MapShape shape = MapShape::kOther;
  bool per_cpu = false;
};

// In the order of enum bpf_map_type (linux/bpf.h). A new kind of map is a row here, and a reader in
// kernel/read if its shape is new.
constexpr std::array kMapTypes = {
    MapType{"unspec", MapShape::kOther},
    MapType{"hash", MapShape::kRows},
    MapType{"array", MapShape::kIndexed},
    MapType{"prog_array", MapShape::kOther},
    MapType{"perf_event_array", MapShape::kRecords},
    MapType{"percpu_hash", MapShape::kRows, true},
    MapType{"percpu_array", MapShape::kIndexed, true},
    MapType{"stack_trace", MapShape::kOther},
    MapType{"cgroup_array", MapShape::kOther},
    MapType{"lru_hash", MapShape::kRows},
    MapType{"lru_percpu_hash", MapShape::kRows, true},
    MapType{"lpm_trie", MapShape::kRows},
    MapType{"array_of_maps", MapShape::kMaps},
    MapType{"hash_of_maps", MapShape::kMaps},
    MapType{"devmap", MapShape::kOther},
    MapType{"sockmap", MapShape::kOther},
    MapType{"cpumap", MapShape::kOther},
    MapType{"xskmap", MapShape::kOther},
    MapType{"sockhash", MapShape::kOther},
    MapType{"cgroup_storage", MapShape::kRows},
    MapType{"reuseport_sockarray", MapShape::kOther},
    MapType{"percpu_cgroup_storage", MapShape::kRows, true},
    MapType{"queue", MapShape::kQueue},
    MapType{"stack", MapShape::kQueue},
    MapType{"sk_storage", MapShape::kOther},
    MapType{"devmap_hash", MapShape::kOther},
    MapType{"struct_ops", MapShape::kOther},
    MapType{"ringbuf", MapShape::kRecords},
    MapType{"inode_storage", MapShape::kOther},
    MapType{"task_storage", MapShape::kOther},
    MapType{"bloom_filter", MapShape::kOther},
    MapType{"user_ringbuf", MapShape::kOther},
    MapType{"cgrp_storage", MapShape::kOther},
    MapType{"arena", MapShape::kOther},
    MapType{"insn_array", MapShape::kOther},
};

const MapType* Find(std::uint32_t type) {
  const auto index = static_cast<std::size_t>(type);
  return index < kMapTypes.size() ? &kMapTypes[index] : nullptr;
}

}  // namespace

MapShape ShapeOf(std::uint32_t type) {
  const MapType* const found = Find(type);
  return found != nullptr ? found->shape : MapShape::kOther;
}

bool HasRows(std::uint32_t type) {
  const MapShape shape = ShapeOf(type);
  return shape == MapShape::kRows || shape == MapShape::kIndexed;
}

bool HasRecords(std::uint32_t type) {
  const MapShape shape = ShapeOf(type);
  return shape == MapShape::kRecords || shape == MapShape::kQueue;
}

bool IsPerCpu(std::uint32_t type) {
  const MapType* const found = Find(type);
  return found != nullptr && found->per_cpu;
}

std::string MapTypeName(std::uint32_t type) {
  const MapType* const found = Find(type);
  return found != nullptr ? std::string(found->name) : std::to_string(type);
}

}  // namespace bpf_exporter::object
