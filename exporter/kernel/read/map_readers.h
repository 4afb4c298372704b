// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "kernel/read/map_handle.h"
#include "kernel/read/read_buffers.h"
#include "kernel/read/row_reader.h"
#include "metrics/map_reader.h"
#include "object/layout.h"

namespace bpf_exporter::kernel {

// Makes a reader of `map`, whose descriptor must outlive the reader. `buffers` are shared by
// readers that one thread reads one after the other. Arrays created with BPF_F_MMAPABLE are read
// through a mapping, everything else in batches. Errors: there is no such map, its type has no
// rows, or the kernel's answer.
Result<std::unique_ptr<metrics::MapReader>> MakeMapReader(const MapHandle& map,
                                                          const object::MapLayout& layout,
                                                          std::shared_ptr<ReadBuffers> buffers,
                                                          const ReadOptions& options = {});

}  // namespace bpf_exporter::kernel
