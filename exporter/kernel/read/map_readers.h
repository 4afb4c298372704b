// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "kernel/read/read_buffers.h"
#include "kernel/read/row_reader.h"
#include "metrics/map_reader.h"
#include "object/layout.h"

namespace bpf_exporter::kernel {

// Makes a reader of the loaded map behind `fd`, which stays the caller's and must outlive the
// reader. Arrays created with BPF_F_MMAPABLE are read through a mapping, everything else in
// batches. Errors: a map type that has no rows, or the kernel's answer.
Result<std::unique_ptr<metrics::MapReader>> MakeMapReader(int fd, const object::MapLayout& layout,
                                                          std::shared_ptr<ReadBuffers> buffers,
                                                          const ReadOptions& options = {});

}  // namespace bpf_exporter::kernel
