// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/memory.h"
#include "plan/map_memory.h"
#include "plan/plan.h"

namespace bpf_exporter::plan {

// What one map of a configuration costs, or the buffers of one.
struct MapCharge {
  std::string map;    // its name
  std::string shape;  // "hash, 1024 entries of 4 + 8 bytes"
  MapMemory memory;
  std::string smaller;  // what to do that it takes less: "give it fewer max_entries"
};

struct ChargeOptions {
  host::Machine machine;
  std::uint32_t buffer_pages = 64;  // of a perf event array's buffer for each CPU
  // Returns whether a map is pinned at that path already: it costs nothing more. Null: none is.
  std::function<bool(const std::string& path)> is_pinned = nullptr;
};

// Returns what each map costs that is made when the plan is loaded, in the object's order, and then
// what its sections of variables and its perf buffers cost.
std::vector<MapCharge> ChargesOf(const ConfigPlan& plan, const ChargeOptions& options);

// Returns the bytes of all together when they are full.
std::uint64_t Sum(const std::vector<MapCharge>& charges);

// How much kernel memory a configuration may take, in bytes.
struct MemoryLimit {
  std::uint64_t all_maps = UINT64_MAX;
  std::uint64_t one_map = UINT64_MAX;
  std::string reason;  // why it is no more: "a quarter of the 2 GiB that are available"
};

// Returns an error if the charges are above the limit. It names the map that is to blame: one that
// is too large by itself, or the largest.
Status CheckCharges(const std::vector<MapCharge>& charges, const MemoryLimit& limit);

}  // namespace bpf_exporter::plan
