// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernel/read/loaded_map.h"
#include "metrics/map_reader.h"

namespace bpf_exporter::kernel {

// Makes a reader that looks at a BPF_F_MMAPABLE array in place, without a system call a snapshot.
// Null if the kernel does not map this one (its values hold a lock or a timer).
std::unique_ptr<metrics::MapReader> MapArray(const LoadedMap& map);

}  // namespace bpf_exporter::kernel
