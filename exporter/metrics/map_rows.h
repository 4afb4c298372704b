// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "metrics/map_reader.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// How much of one map is copied; at least one row of a map that has any.
struct RowLimits {
  std::size_t rows = 10'000;
  std::size_t bytes = 8 << 20;
};

// A copy of the first rows of a map, as the kernel laid them out.
struct MapRows {
  explicit MapRows(const RowShape& rows) : shape(rows) {}

  RowShape shape;
  std::size_t count = 0;    // rows that are copied
  std::uint64_t total = 0;  // rows that were read
  std::vector<std::byte> keys, values;

  const std::byte* Key(std::size_t row) const { return keys.data() + row * shape.key_size; }
  const std::byte* Value(std::size_t row, std::size_t cpu = 0) const {
    return values.data() + row * shape.row_stride + cpu * shape.cpu_stride;
  }
};

// Returns the elements of an array variable in a section's row as rows of their own, up to `most`.
MapRows ElementsOf(const MapRows& section, std::size_t row, const plan::ElementsPlan& elements,
                   std::size_t most);

// Reads the whole map, so that its rows are counted, and keeps those that `limits` allow. By the
// thread whose turn it is to use the reader.
Result<MapRows> CopyRows(MapReader& reader, const RowShape& shape, const RowLimits& limits);

}  // namespace bpf_exporter::metrics
