#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "kernel/read_buffers.h"
#include "metrics/map_reader.h"
#include "plan/layout.h"

namespace bpf_exporter {

struct ReadOptions {
  std::uint32_t first_batch = 4096;  // rows asked for at once; grows when a bucket holds more
  bool batches = true;               // false: next key and look-up, as on kernels before 5.6
};

// A reader of the loaded map behind `fd`, which stays the caller's and must outlive the reader.
// Arrays created with BPF_F_MMAPABLE are read through a mapping, everything else in batches.
// Errors: a map type that has no rows, or the kernel's answer.
Result<std::unique_ptr<MapReader>> MakeMapReader(int fd, const MapLayout& layout,
                                                 std::shared_ptr<ReadBuffers> buffers,
                                                 const ReadOptions& options = {});

}  // namespace bpf_exporter
