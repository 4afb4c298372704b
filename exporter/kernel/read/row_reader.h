// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "kernel/read/loaded_map.h"
#include "kernel/read/read_buffers.h"
#include "metrics/map_reader.h"

namespace bpf_exporter::kernel {

struct ReadOptions {
  // Rows asked for at once, less where they would need over 1 MiB; grows when a bucket of the map
  // holds more. From 256 to 16,384 a hash of a million rows gets 10 % cheaper, beyond that none.
  std::uint32_t first_batch = 16384;
  bool batches = true;  // false: next key and look-up, as on kernels before 5.6
};

// Reads any map with keys: in batches, or by next key and look-up where the kernel cannot batch
// this kind of map.
class RowReader : public metrics::MapReader {
 public:
  RowReader(LoadedMap map, std::shared_ptr<ReadBuffers> buffers, const ReadOptions& options);

  Status Read(metrics::RowSink& sink) override;
  std::uint32_t cpus() const override { return map_.rows.cpus; }

 private:
  enum class Batches { kUnknown, kWork, kUnsupported };

  Status ReadBatches(metrics::RowSink& sink);
  bool GrowBatch();

  LoadedMap map_;
  std::shared_ptr<ReadBuffers> buffers_;
  Batches batches_ = Batches::kUnknown;
  std::uint32_t batch_;  // rows asked for at once
  std::uint32_t max_batch_;
  std::vector<std::byte> cursor_, next_cursor_;
};

}  // namespace bpf_exporter::kernel
