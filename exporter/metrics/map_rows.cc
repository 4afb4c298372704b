// SPDX-License-Identifier: Apache-2.0
// Tests: map_dump_test.cc
#include "metrics/map_rows.h"

#include <algorithm>
#include <cstring>

namespace bpf_exporter::metrics {
namespace {

class RowCopier : public RowSink {
 public:
  RowCopier(MapRows& rows, std::size_t max_rows) : rows_(rows), max_rows_(max_rows) {}

  void OnRows(const RowBlock& block) override {
    too_short_ = too_short_ || !rows_.shape.Fits(block);
    rows_.total += block.count;
    if (too_short_) return;
    for (std::size_t row = 0; row < block.count && rows_.count < max_rows_; ++row, ++rows_.count) {
      if (block.keys == nullptr) {
        const std::uint32_t index = block.first_index + static_cast<std::uint32_t>(row);
        const std::size_t start = rows_.keys.size();
        rows_.keys.resize(start + std::size_t{rows_.shape.key_size});
        std::memcpy(rows_.keys.data() + start, &index,
                    std::min(std::size_t{rows_.shape.key_size}, sizeof(index)));
      } else {
        Append(block.keys + row * block.key_stride, std::size_t{rows_.shape.key_size}, rows_.keys);
      }
      Append(block.values + row * block.value_stride, rows_.shape.row_stride, rows_.values);
    }
  }

  bool too_short() const { return too_short_; }

 private:
  static void Append(const std::byte* from, std::size_t size, std::vector<std::byte>& to) {
    to.insert(to.end(), from, from + size);
  }

  MapRows& rows_;
  const std::size_t max_rows_;
  bool too_short_ = false;
};

}  // namespace

MapRows ElementsOf(const MapRows& section, std::size_t row, const plan::ElementsPlan& elements,
                   std::size_t most) {
  MapRows rows(RowShape(sizeof(std::uint32_t), elements.stride, 1));
  RowCopier copier(rows, most);
  RowBlock block;
  block.count = elements.count;
  block.values = section.Value(row) + elements.offset;
  block.value_stride = elements.stride;
  copier.OnRows(block);
  return rows;
}

Result<MapRows> CopyRows(MapReader& reader, const RowShape& shape, const RowLimits& limits) {
  MapRows rows(shape);
  const std::size_t row_bytes = std::max<std::size_t>(shape.key_size + shape.row_stride, 1);
  RowCopier copier(rows, std::clamp<std::size_t>(limits.bytes / row_bytes, 1, limits.rows));
  if (const Status status = reader.Read(copier); !status) return status.error();
  if (copier.too_short()) return Error{"rows are shorter than the map's layout"};
  return rows;
}

}  // namespace bpf_exporter::metrics
