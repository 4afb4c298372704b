// SPDX-License-Identifier: Apache-2.0
// Tests: collector_test.cc
#include "metrics/map_source.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "object/map_types.h"

namespace bpf_exporter::metrics {
namespace {

// Rows at a time: their slots stay in the fastest cache between the metrics.
constexpr std::size_t kRowsAtOnce = 1024;

}  // namespace

MapSource::MapSource(MapToRead map)
    : config_(std::move(map.config)),
      plan_(std::move(map.plan)),
      type_(object::MapTypeName(plan_.layout.type)),
      reader_(std::move(map.reader)),
      counted_since_(map.counted_since),
      shape_(plan_.key_size(), plan_.value_size(), reader_->cpus()),
      keys_(plan_.key_size()),
      slots_(kRowsAtOnce) {}

void MapSource::AddMetric(std::shared_ptr<const plan::MetricPlan> metric, Family& family,
                          std::uint32_t number) {
  folds_.emplace_back(std::move(metric), family, number, shape_);
}

bool MapSource::Read() {
  rows_ = 0;
  whole_ = false;
  const Status status = ReadRows();
  if (!status.ok()) {
    ++read_errors_;
    if (status.error().Message() != last_error_) {
      last_error_ = status.error().Message();
      log::Error("{}: {}; its metrics are missing until it can be read", Name(), last_error_);
    }
    return false;
  }
  if (!last_error_.empty()) {
    last_error_.clear();
    log::Info("{}: can be read again", Name());
  }
  whole_ = true;
  return true;
}

Status MapSource::ReadRows() {
  std::uint32_t index = 0;
  for (MetricFold& fold : folds_) {
    const bool by_key = keys_.size() > 0 && !fold.plan().elements;
    const auto key_of = [&](std::uint32_t slot) {
      if (by_key) return keys_.Key(slot);
      index = slot;
      return reinterpret_cast<const std::byte*>(&index);
    };
    moved_ = fold.cells().DecodeAgain(key_of) || moved_;
  }
  keys_.BeginWalk();
  bad_block_ = false;
  Status status = reader_->Read(*this);
  if (status.ok() && bad_block_) return Error{"rows are shorter than the map's layout"};
  return status;
}

void MapSource::OnRows(const RowBlock& block) {
  if (!shape_.Fits(block)) {
    bad_block_ = true;
    return;
  }
  for (std::size_t first = 0; first < block.count; first += kRowsAtOnce) {
    Rows rows;
    rows.count = std::min(kRowsAtOnce, block.count - first);
    rows.values = block.values + first * block.value_stride;
    rows.value_stride = block.value_stride;
    std::size_t slots = 0;
    if (block.keys == nullptr) {
      rows.first_slot = block.first_index + static_cast<std::uint32_t>(first);
      slots = array_slots_ = std::max(array_slots_, rows.first_slot + rows.count);
      rows_ += rows.count;
    } else {
      rows.keys = block.keys + first * block.key_stride;
      rows.key_stride = block.key_stride;
      rows_ += keys_.Find(rows.keys, rows.key_stride, rows.count, slots_.data());
      rows.slots = slots_.data();
      slots = keys_.size();
    }
    for (MetricFold& fold : folds_) {
      if (const auto& elements = fold.plan().elements) {
        FoldElements(rows, *elements, fold);
      } else {
        fold.Fold(rows, slots);
      }
    }
  }
}

// An element is found by its index, as an array's row is.
void MapSource::FoldElements(const Rows& rows, const plan::ElementsPlan& elements,
                             MetricFold& fold) {
  Rows of_array;
  of_array.count = elements.count;
  of_array.values = rows.values + elements.offset;
  of_array.value_stride = elements.stride;
  fold.Fold(of_array, elements.count);
}

void MapSource::ForgetVanished(std::vector<Family*>& changed) {
  bool lost = std::exchange(moved_, false);
  if (whole_ && keys_.size() > 0) {
    const std::vector<std::uint32_t> vanished = keys_.EndWalk();
    if (!vanished.empty()) {
      lost = true;
      for (MetricFold& fold : folds_) fold.cells().Forget(vanished);
    }
    if (keys_.Sparse()) {
      const std::vector<std::uint32_t> new_slots = keys_.Compact();
      for (MetricFold& fold : folds_) fold.cells().MoveSlots(new_slots);
    }
  }
  if (!lost) return;
  for (const MetricFold& fold : folds_) {
    if (std::find(changed.begin(), changed.end(), &fold.family()) == changed.end()) {
      changed.push_back(&fold.family());
    }
  }
}

Result<MapRows> MapSource::CopyRows(const RowLimits& limits) const {
  return metrics::CopyRows(*reader_, shape_, limits);
}

MapStats MapSource::stats() const {
  return {config_,
          plan_.layout.name,
          type_,
          rows_,
          plan_.events ? plan_.events->max_keys : plan_.layout.max_entries,
          read_errors_};
}

std::string MapSource::Name() const {
  return fmt::format("config '{}': map '{}'", config_, plan_.layout.name);
}

}  // namespace bpf_exporter::metrics
