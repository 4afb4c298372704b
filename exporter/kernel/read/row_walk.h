// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "kernel/read/loaded_map.h"
#include "kernel/read/read_buffers.h"
#include "metrics/map_reader.h"

namespace bpf_exporter::kernel {

// Reads a map by next key and look-up, for kernels without batches: all keys first, each once
// however often the walk had to start again, then their values. Leaves out keys that vanish in
// between. Gives `sink` blocks of at most `block_rows` rows.
Status WalkRows(const LoadedMap& map, ReadBuffers& buffers, std::uint32_t block_rows,
                metrics::RowSink& sink);

}  // namespace bpf_exporter::kernel
