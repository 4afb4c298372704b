// SPDX-License-Identifier: Apache-2.0
#include "metrics/map_rows.h"

#include <algorithm>
#include <cstring>

namespace bpf_exporter::metrics {
namespace {

class RowCopier : public RowSink {
 public:
  RowCopier(MapRows& rows, std::size_t most) : rows_(rows), most_(most) {}

  void OnRows(const RowBlock& block) override {
    too_short_ = too_short_ || block.value_stride < rows_.value_stride ||
                 (block.keys != nullptr && block.key_stride < rows_.key_size);
    rows_.total += block.count;
    if (too_short_) return;
    for (std::size_t row = 0; row < block.count && rows_.count < most_; ++row, ++rows_.count) {
      if (block.keys == nullptr) {
        const std::uint32_t index = block.first_index + static_cast<std::uint32_t>(row);
        const std::size_t start = rows_.keys.size();
        rows_.keys.resize(start + rows_.key_size);
        std::memcpy(rows_.keys.data() + start, &index, std::min(rows_.key_size, sizeof(index)));
      } else {
        Append(block.keys + row * block.key_stride, rows_.key_size, rows_.keys);
      }
      Append(block.values + row * block.value_stride, rows_.value_stride, rows_.values);
    }
  }

  bool too_short() const { return too_short_; }

 private:
  static void Append(const std::byte* from, std::size_t size, std::vector<std::byte>& to) {
    to.insert(to.end(), from, from + size);
  }

  MapRows& rows_;
  const std::size_t most_;
  bool too_short_ = false;
};

}  // namespace

Result<MapRows> CopyRows(MapReader& reader, const plan::MapPlan& plan, const RowLimits& limits) {
  MapRows rows;
  rows.cpus = reader.cpus();
  rows.cpu_stride = (std::size_t{plan.value_size()} + 7) / 8 * 8;
  rows.key_size = plan.key_size();
  rows.value_stride = rows.cpus > 1 ? rows.cpus * rows.cpu_stride : plan.value_size();
  const std::size_t row_bytes = std::max<std::size_t>(rows.key_size + rows.value_stride, 1);
  RowCopier copier(rows, std::clamp<std::size_t>(limits.bytes / row_bytes, 1, limits.rows));
  if (const Status status = reader.Read(copier); !status) return status.error();
  if (copier.too_short()) return Error{"rows are shorter than the map's layout"};
  return rows;
}

}  // namespace bpf_exporter::metrics
