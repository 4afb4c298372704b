// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"

namespace bpf_exporter::metrics {

// Rows of a map as the kernel laid them out; valid during the call only.
struct RowBlock {
  const std::byte* keys = nullptr;  // null for arrays: the keys are first_index, first_index + 1 …
  std::uint32_t first_index = 0;
  std::size_t count = 0;
  std::size_t key_stride = 0;
  const std::byte* values = nullptr;
  std::size_t value_stride = 0;  // of one row, all its CPUs; one CPU's is its value rounded up to 8
};

// How the rows of a map lie in memory.
struct RowShape {
  // Returns the bytes that the kernel takes for a value where several lie one after the other.
  static constexpr std::uint32_t Stride(std::uint32_t value_bytes) {
    return (value_bytes + 7) / 8 * 8;
  }

  RowShape(std::uint32_t key_bytes, std::uint32_t value_bytes, std::uint32_t cpu_count)
      : key_size(key_bytes),
        value_size(value_bytes),
        cpus(cpu_count),
        cpu_stride(Stride(value_bytes)),
        row_stride(cpu_count > 1 ? std::size_t{cpu_count} * cpu_stride : value_bytes) {}

  // Returns whether the rows of `block` are at least that long.
  bool Fits(const RowBlock& block) const {
    return block.value_stride >= row_stride &&
           (block.keys == nullptr || block.key_stride >= key_size);
  }

  std::uint32_t key_size;
  std::uint32_t value_size;  // of one CPU
  std::uint32_t cpus;
  std::uint32_t cpu_stride;  // bytes from one CPU's value to the next one's
  std::size_t row_stride;    // of all CPUs' values
};

class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void OnRows(const RowBlock& block) = 0;
};

// Reads one map. Used by one thread at a time.
class MapReader {
 public:
  virtual ~MapReader() = default;
  // Hands every row to `sink`, each key that was there all along exactly once. An error
  // means that the walk was cut short: what `sink` got must not be used. It does not name the map.
  virtual Status Read(RowSink& sink) = 0;
  // CPUs whose values a row holds; 1 for maps that are not per CPU.
  virtual std::uint32_t cpus() const = 0;
  // Returns when what it reads was last set to nothing, as of the last Read(); nothing for maps,
  // which only programs empty.
  virtual std::optional<std::chrono::system_clock::time_point> emptied() const { return {}; }
};

}  // namespace bpf_exporter::metrics
