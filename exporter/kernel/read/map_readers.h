// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "kernel/read/read_buffers.h"
#include "metrics/map_reader.h"
#include "object/layout.h"

namespace bpf_exporter::kernel {

struct ReadOptions {
  // Rows asked for at once, less where they would need over 1 MiB; grows when a bucket of the map
  // holds more. From 256 to 16,384 a hash of a million rows gets 10 % cheaper, beyond that none.
  std::uint32_t first_batch = 16384;
  bool batches = true;  // false: next key and look-up, as on kernels before 5.6
};

// A reader of the loaded map behind `fd`, which stays the caller's and must outlive the reader.
// Arrays created with BPF_F_MMAPABLE are read through a mapping, everything else in batches.
// Errors: a map type that has no rows, or the kernel's answer.
Result<std::unique_ptr<metrics::MapReader>> MakeMapReader(int fd, const object::MapLayout& layout,
                                                          std::shared_ptr<ReadBuffers> buffers,
                                                          const ReadOptions& options = {});

}  // namespace bpf_exporter::kernel
