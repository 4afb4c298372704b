// SPDX-License-Identifier: Apache-2.0
#include "metrics/metric_fold.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace bpf_exporter::metrics {
namespace {

// Keys that are asked again in one snapshot: an answer may cost a system call or more.
constexpr std::size_t kMostAskedAgain = 1000;

constexpr std::size_t kLongestKey = 64;  // in the log, in bytes

bool IsZero(const std::byte* key, std::size_t size) {
  return std::all_of(key, key + size, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

MetricFold::MetricFold(std::shared_ptr<const plan::MetricPlan> plan, Family& family,
                       std::uint32_t number, std::uint32_t key_size, ValueShape shape)
    : plan_(std::move(plan)),
      family_(family),
      number_(number),
      key_size_(key_size),
      shape_(shape),
      runs_(RunsOf(*plan_)),
      reciprocal_(~std::uint64_t{0} / family.stride() + 1) {
  const bool by_cpu = std::any_of(plan_->labels.begin(), plan_->labels.end(),
                                  [](const plan::LabelPlan& label) { return label.is_cpu; });
  lanes_ = by_cpu ? shape_.cpus : 1;
  fold_ = ChooseFunction();
}

bool MetricFold::Begin(const KeyOf& key_of) {
  if (std::exchange(counts_.over_limit, 0) > 0) RetryOverLimit();

  const FoldCounts counts = counts_;
  bool moved = false;
  for (std::size_t asked = std::min(provisional_.size(), kMostAskedAgain); asked > 0; --asked) {
    if (ask_next_ >= provisional_.size()) ask_next_ = 0;
    const std::uint32_t place = provisional_[ask_next_];
    bool provisional = false;
    const std::uint32_t cell = Resolve(key_of(place / lanes_), place % lanes_, provisional);
    // A place at the limit is worth less than the series that the key has.
    if (cell != kOverLimit && cell != places_[place]) {
      places_[place] = cell;
      moved = true;
    }
    if (cell < kFirstMark) counts_ = counts;  // each key is counted once
    if (provisional) {
      ++ask_next_;
    } else {
      provisional_[ask_next_] = provisional_.back();
      provisional_.pop_back();
    }
  }
  return moved;
}

void MetricFold::Fold(const Rows& rows, std::size_t slots) {
  if (places_.size() < slots * lanes_) places_.resize(slots * lanes_, kUnknown);
  (this->*fold_)(rows);
}

std::uint32_t MetricFold::Settle(std::uint32_t place, std::uint32_t mark, const Rows& rows,
                                 std::size_t row, std::uint32_t cpu) {
  if (mark == kUnknown) {
    bool provisional = false;
    mark = Resolve(KeyOfRow(rows, row), cpu, provisional);
    places_[place] = mark;
    if (provisional) provisional_.push_back(place);
  }
  if (mark == kOverLimit) ++counts_.over_limit;
  return mark;
}

// A cell, or the mark that says why there is none.
std::uint32_t MetricFold::Resolve(const std::byte* key, std::uint32_t cpu, bool& provisional) {
  if (plan_->zero_key_only && !IsZero(key, key_size_)) {
    ++counts_.undecodable;
    WarnOnce(kUndecodable, key, "only a key of zeros has a series, for the metric has no labels");
    return kUndecodable;
  }
  const plan::HistogramPlan& histogram = plan_->histogram;
  std::uint32_t cell = 0;
  decode::Decoded decoded = decode::Decoded::kOk;
  if (histogram.bucket) {
    std::uint64_t bucket = 0;
    decoded = labels_.BuildBucket(*histogram.bucket, key, bucket);
    cell = CellOf(histogram, bucket);
  }
  const bool provisional_bucket = decoded == decode::Decoded::kProvisional;
  if (decoded == decode::Decoded::kOk || provisional_bucket) {
    decoded = labels_.Build(*plan_, key, cpu);
  }
  if (decoded == decode::Decoded::kSkip) {
    ++counts_.skipped;
    return kSkipped;
  }
  if (decoded == decode::Decoded::kError) {
    ++counts_.undecodable;
    WarnOnce(kUndecodable, key, labels_.text());
    return kUndecodable;
  }
  const std::uint32_t series = family_.FindOrAdd(labels_.text(), number_);
  if (series == Family::kNone) {
    WarnOnce(kOverLimit, key,
             fmt::format("left out, because max_series ({}) is reached", plan_->max_series));
    return kOverLimit;
  }
  provisional = provisional_bucket || decoded == decode::Decoded::kProvisional;
  if (histogram.bucket && cell == OutsideCell(histogram)) {
    ++counts_.outside;
    WarnOnce(kOutside, key, "its bucket number is outside of the histogram");
  }
  return series * family_.stride() + cell;
}

void MetricFold::CountOutside(std::uint32_t place, const Rows& rows, std::size_t row) {
  if (outside_seen_.size() <= place) outside_seen_.resize(places_.size(), false);
  if (outside_seen_[place]) return;
  outside_seen_[place] = true;
  ++counts_.outside;
  WarnOnce(kOutside, KeyOfRow(rows, row), "its value has counts outside of the histogram");
}

const std::byte* MetricFold::KeyOfRow(const Rows& rows, std::size_t row) {
  if (rows.keys != nullptr) return rows.keys + row * rows.key_stride;
  index_key_ = rows.first_slot + static_cast<std::uint32_t>(row);
  return reinterpret_cast<const std::byte*>(&index_key_);
}

void MetricFold::WarnOnce(Mark mark, const std::byte* key, std::string_view why) {
  const std::uint32_t bit = 1u << (mark - kFirstMark);
  if ((warned_ & bit) != 0) return;
  warned_ |= bit;
  log::Warn("config '{}': metric '{}': key {}: {}; further keys like this are only counted",
            plan_->config, plan_->family, Hex(key, key_size_, kLongestKey), why);
}

// Series have gone: as many keys may have their places as there are now.
void MetricFold::RetryOverLimit() {
  std::uint32_t room = family_.Room(number_);
  for (std::size_t place = 0; place < places_.size() && room > 0; ++place) {
    if (places_[place] != kOverLimit) continue;
    places_[place] = kUnknown;
    --room;
  }
}

void MetricFold::Forget(std::span<const std::uint32_t> slots) {
  for (const std::uint32_t slot : slots) {
    const std::size_t first = std::size_t{slot} * lanes_;
    for (std::size_t place = first; place < first + lanes_ && place < places_.size(); ++place) {
      places_[place] = kUnknown;
      if (place < outside_seen_.size()) outside_seen_[place] = false;
    }
  }
  std::erase_if(provisional_, [this](std::uint32_t place) { return places_[place] == kUnknown; });
}

void MetricFold::MoveSlots(std::span<const std::uint32_t> new_slots) {
  std::size_t living = 0;
  std::vector<std::uint32_t> new_places(places_.size(), KeySlots::kNone);
  std::vector<bool> outside_seen;
  for (std::size_t place = 0; place < places_.size(); ++place) {
    const std::uint32_t slot = new_slots[place / lanes_];
    if (slot == KeySlots::kNone) continue;
    // Slots only move up, so nothing is overwritten that is still to be moved.
    const std::size_t moved = std::size_t{slot} * lanes_ + place % lanes_;
    places_[moved] = places_[place];
    new_places[place] = static_cast<std::uint32_t>(moved);
    living = moved + 1;
    if (!outside_seen_.empty()) {
      outside_seen.resize(living, false);
      outside_seen[moved] = place < outside_seen_.size() && outside_seen_[place];
    }
  }
  places_.resize(living);
  places_.shrink_to_fit();
  outside_seen_ = std::move(outside_seen);
  for (std::uint32_t& place : provisional_) place = new_places[place];
  ask_next_ = 0;
}

void MetricFold::KeepCells() const {
  for (const std::uint32_t cell : places_) {
    if (cell < kFirstMark) family_.Keep(cell);
  }
}

void MetricFold::RenumberCells() {
  for (std::uint32_t& cell : places_) {
    if (cell < kFirstMark) cell = family_.Renumbered(cell);
  }
}

}  // namespace bpf_exporter::metrics
