// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "host/memory.h"
#include "plan/map_charges.h"

namespace bpf_exporter::loader {

// Returns how much kernel memory the next configuration may take: `most` bytes, if that is given;
// else at most 1 GiB a map, and in all a quarter of what is available or, if that is less, of what
// the limit of the memory cgroup is, and never more than is free below that limit. `promised` bytes
// are no longer there: maps of other configurations take them when they fill.
plan::MemoryLimit LimitOf(std::optional<std::uint64_t> most, const host::Memory& memory,
                          std::uint64_t promised = 0);

}  // namespace bpf_exporter::loader
