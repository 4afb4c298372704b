// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace bpf_exporter::object {

// All functions take a number of enum bpf_map_type (linux/bpf.h), or any other number: a corrupt
// object may have one.

// What the exporter can read of a map.
enum class MapShape {
  kRows,     // keys and values
  kIndexed,  // rows whose key is an index: an array
  kRecords,  // records that a reader takes out while they come: perf_event_array, ringbuf
  kQueue,    // records that a reader takes out by look-ups: queue, stack
  kMaps,     // maps in a map, which only programs can follow
  kOther,    // nothing
};

MapShape ShapeOf(std::uint32_t type);

// Return true for kRows and kIndexed, and for kRecords and kQueue.
bool HasRows(std::uint32_t type);
bool HasRecords(std::uint32_t type);

// Returns true if each CPU has a value of its own (hash, array, LRU hash, cgroup storage).
bool IsPerCpu(std::uint32_t type);

// Returns "hash", "percpu_array" … as bpftool names them; "type N" for a type that is not known
// here.
std::string MapTypeName(std::uint32_t type);

}  // namespace bpf_exporter::object
