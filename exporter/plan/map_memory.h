// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "host/memory.h"
#include "object/layout.h"

namespace bpf_exporter::plan {

// What the kernel charges for a map, in bytes. UINT64_MAX stands for whatever is more.
struct MapMemory {
  std::uint64_t at_once = 0;  // when the map is made
  std::uint64_t at_most = 0;  // when it is full; the same for what is allocated beforehand
  // For each task, cgroup, inode or socket that a program gives a value; the map does not say how
  // many those may be.
  std::uint64_t for_each_owner = 0;
};

// Returns what a map costs that is declared so. Follows the kernel's own sums: map_mem_usage() of
// each kind in Linux 6.4 and later, which older kernels differ from by some bytes an entry. Slack
// of the allocators is left out, and so are, for an LPM trie, the nodes between its entries. The
// declaration may be one that the kernel refuses.
MapMemory MemoryOf(const object::MapLayout& map, const host::Machine& machine);

}  // namespace bpf_exporter::plan
