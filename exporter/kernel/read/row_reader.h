// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/read/map_readers.h"
#include "kernel/read/read_buffers.h"
#include "metrics/map_reader.h"

namespace bpf_exporter::kernel {

// What a reader must know of a loaded map.
struct RowShape {
  std::string map;  // its name, for messages
  int fd = -1;      // not owned
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;  // of one CPU
  std::uint32_t max_entries = 0;
  std::uint32_t cpus = 1;
  std::size_t value_stride = 0;  // of one row as the kernel copies it out, all CPUs
};

// Reads any map with keys: in batches, or by next key and look-up where the kernel cannot batch
// this kind of map.
class RowReader : public metrics::MapReader {
 public:
  RowReader(RowShape shape, std::shared_ptr<ReadBuffers> buffers, const ReadOptions& options);

  Status Read(metrics::RowSink& sink) override;
  std::uint32_t cpus() const override { return shape_.cpus; }

 private:
  enum class Batches { kUnknown, kWork, kUnsupported };

  Status ReadBatches(metrics::RowSink& sink);
  bool GrowBatch();

  RowShape shape_;
  std::shared_ptr<ReadBuffers> buffers_;
  Batches batches_ = Batches::kUnknown;
  std::uint32_t batch_;       // rows asked for at once
  std::uint32_t batch_most_;  // never more than this
  std::vector<std::byte> cursor_, next_cursor_;
};

// The walk for kernels without batches: all keys first, each once however often the walk had to
// start again, then a look-up for each. Keys that vanish in between are left out.
Status WalkRows(const RowShape& shape, ReadBuffers& buffers, std::uint32_t block_rows,
                metrics::RowSink& sink);

}  // namespace bpf_exporter::kernel
