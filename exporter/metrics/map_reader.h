// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

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

class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void OnRows(const RowBlock& block) = 0;
};

// Reads one map. Used by one thread at a time.
class MapReader {
 public:
  virtual ~MapReader() = default;
  // Hands every row to `sink`, each key that was there all along exactly once. An error means
  // that the walk was cut short: what `sink` got must not be used.
  virtual Status Read(RowSink& sink) = 0;
  // CPUs whose values a row holds; 1 for maps that are not per CPU.
  virtual std::uint32_t cpus() const = 0;
};

}  // namespace bpf_exporter::metrics
