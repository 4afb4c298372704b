// SPDX-License-Identifier: Apache-2.0
// Tests: map_readers_test.cc
#include "kernel/read/array_reader.h"

#include <sys/mman.h>
#include <unistd.h>

namespace bpf_exporter::kernel {
namespace {

class ArrayReader : public metrics::MapReader {
 public:
  ArrayReader(const std::byte* area, std::size_t bytes, std::uint32_t count, std::size_t stride)
      : area_(area), bytes_(bytes), count_(count), stride_(stride) {}
  ~ArrayReader() override { munmap(const_cast<std::byte*>(area_), bytes_); }
  ArrayReader(const ArrayReader&) = delete;
  ArrayReader& operator=(const ArrayReader&) = delete;

  Status Read(metrics::RowSink& sink) override {
    metrics::RowBlock block;
    block.count = count_;
    block.key_stride = sizeof(std::uint32_t);
    block.values = area_;
    block.value_stride = stride_;
    sink.OnRows(block);
    return {};
  }

  std::uint32_t cpus() const override { return 1; }

 private:
  const std::byte* area_;
  std::size_t bytes_;
  std::uint32_t count_;
  std::size_t stride_;
};

}  // namespace

std::unique_ptr<metrics::MapReader> MapArray(const LoadedMap& map) {
  // The kernel lays elements out at multiples of 8 bytes and maps whole pages.
  const std::size_t stride = map.rows.cpu_stride;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t bytes = (stride * map.max_entries + page - 1) / page * page;
  void* area = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, map.fd, 0);
  if (area == MAP_FAILED) return nullptr;
  return std::make_unique<ArrayReader>(static_cast<const std::byte*>(area), bytes, map.max_entries,
                                       stride);
}

}  // namespace bpf_exporter::kernel
