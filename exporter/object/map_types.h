// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <string>

namespace bpf_exporter::object {

// What the exporter can read of a map.
enum class MapShape {
  kRows,     // keys and values
  kIndexed,  // rows whose key is an index: an array
  kRecords,  // records that a reader takes out while they come: perf_event_array, ringbuf
  kQueue,    // records that a reader takes out by look-ups: queue, stack
  kMaps,     // maps in a map, which only programs can follow
  kOther,    // nothing
};

MapShape ShapeOf(bpf_map_type type);

// Return true for kRows and kIndexed, and for kRecords and kQueue.
bool HasRows(bpf_map_type type);
bool HasRecords(bpf_map_type type);

// Returns true if each CPU has a value of its own (hash, array, LRU hash, cgroup storage).
bool IsPerCpu(bpf_map_type type);

// Returns "hash", "percpu_array" … as bpftool names them; "type N" for a type that is not known
// here.
std::string MapTypeName(bpf_map_type type);

}  // namespace bpf_exporter::object
