// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "kernel/load/object.h"
#include "kernel/read/map_handle.h"

namespace bpf_exporter::kernel {

// Of objects made with tests/programs/hits.h. From now on events of this process, and its
// getppid calls, count.
void WantThisProcess(const LoadedObject& object);
void WantThisProcess(const MapHandle& wanted);
// The runs counted in that slot.
std::uint64_t Hits(const LoadedObject& object, std::uint32_t slot);
std::uint64_t Hits(const MapHandle& hits, std::uint32_t slot);

void CallGetppid(int times);
// Burns that much CPU time.
void Burn(double seconds);

}  // namespace bpf_exporter::kernel
