// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "metrics/label_set.h"
#include "metrics/text_arena.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// What the 64 bits of a cell mean.
enum class NumberType { kUnsigned, kSigned, kDouble };

// A number with all its digits: integers above 2^53 would lose some as a double.
struct Number {
  NumberType type = NumberType::kUnsigned;
  std::uint64_t bits = 0;

  std::uint64_t AsUnsigned() const { return bits; }
  std::int64_t AsSigned() const { return static_cast<std::int64_t>(bits); }
  // Returns the nearest double, whatever the type.
  double AsDouble() const {
    switch (type) {
      case NumberType::kUnsigned:
        return static_cast<double>(AsUnsigned());
      case NumberType::kSigned:
        return static_cast<double>(AsSigned());
      case NumberType::kDouble:
        break;
    }
    return std::bit_cast<double>(bits);
  }
};

// What the series of one family were worth. Series are numbered from 0 in the order in which they
// were first seen; a number whose series is not in this snapshot is not `present`.
struct SeriesCells {
  // Counters and gauges: one cell for each series. Histograms: for each series the counts of its
  // bucket numbers (not cumulative), its sum before the multiplier, and what had other numbers.
  std::vector<std::uint64_t> values;
  std::vector<std::uint8_t> present;  // 0 or 1
};

// Returns how many cells of SeriesCells::values one series of `metric` has.
inline std::size_t CellsPerSeries(const plan::MetricPlan& metric) {
  return metric.kind == config::MetricKind::kHistogram ? metric.histogram.numbers.size() + 2 : 1;
}

// How many observations a histogram has between its bounds, of which several cells may make one.
class CountsOfBounds {
 public:
  explicit CountsOfBounds(const plan::HistogramPlan& histogram);

  // Takes the counts from the cells of a series.
  void Set(const std::uint64_t* cells) {
    counts_ = cells;
    if (cells_a_bound_ > 0) Add(cells);
  }
  // Returns the count of each bound, without those of the bounds below it.
  std::span<const std::uint64_t> counts() const { return {counts_, bounds_}; }
  // Returns the count of what is above the last bound.
  std::uint64_t above() const { return above_; }

 private:
  void Add(const std::uint64_t* cells);

  std::size_t bounds_;
  std::size_t cells_a_bound_ = 0;  // but for the first, which has one; 0: the cells are the counts
  std::vector<std::uint64_t> sums_;
  const std::uint64_t* counts_ = nullptr;
  std::uint64_t above_ = 0;
};

// What one series was worth. A view: it is valid during the call that hands it over.
class SampleValues {
 public:
  SampleValues(const std::uint64_t* cells, std::size_t numbers, NumberType type,
               const CountsOfBounds& bounds)
      : cells_(cells), numbers_(numbers), type_(type), bounds_(&bounds) {}

  // Returns the value of a counter or gauge.
  Number value() const { return {type_, *cells_}; }
  // Returns how many observations of a histogram each bucket has, without those of the buckets
  // below it; one for each bound of the plan, in its order.
  std::span<const std::uint64_t> buckets() const { return bounds_->counts(); }
  // Returns how many observations of a histogram are above its last bound.
  std::uint64_t above() const { return bounds_->above(); }
  // Returns how many observations each native bucket has, the zero bucket first. For histograms
  // whose plan has native buckets.
  std::span<const std::uint64_t> native_buckets() const { return {cells_, numbers_}; }
  // Returns the sum of a histogram's observations, before the plan's multiplier.
  Number sum() const { return {type_, cells_[numbers_]}; }

 private:
  const std::uint64_t* cells_;
  std::size_t numbers_;
  NumberType type_;
  const CountsOfBounds* bounds_;
};

// One series at the snapshot. A view, as SampleValues is.
class Sample : public SampleValues {
 public:
  Sample(LabelSet labels, const SampleValues& values) : SampleValues(values), labels_(labels) {}

  LabelSet labels() const { return labels_; }

 private:
  LabelSet labels_;
};

// One metric family as it was at the snapshot, whether it was made from maps or by the exporter
// about itself: what every format of a page is written from. Immutable.
struct FamilySnapshot {
  // The name, help, kind and bounds; of several metrics of one name, the first's.
  std::shared_ptr<const plan::MetricPlan> metric;
  NumberType number_type = NumberType::kUnsigned;  // of values, or of a histogram's sums
  std::size_t series = 0;                          // that are present
  // Since when the values are counted: they were 0 then. The epoch: that is not known.
  std::chrono::system_clock::time_point counted_since = {};
  // For every number the labels of its series. The arena keeps growing after the snapshot, so the
  // numbers to read are those of `cells`.
  std::shared_ptr<const TextArena> texts;
  std::shared_ptr<const SeriesCells> cells;

  std::string_view name() const { return metric->family; }
  std::string_view help() const { return metric->help; }
  config::MetricKind kind() const { return metric->kind; }
  const plan::HistogramPlan& histogram() const { return metric->histogram; }

  // Calls use(sample) for every series that is present.
  template <typename Use>
  void ForEachSample(Use&& use) const {
    if (series == 0) return;
    ForEachWith(TextArena::Cursor(*texts), [&](std::string_view text, const SampleValues& values) {
      use(Sample(LabelSet(text), values));
    });
  }

  // Calls use(text, values) for every series that is present. `cursor` hands out what its user has
  // for the series number 0, 1 … each time that Next() is called.
  template <typename Cursor, typename Use>
  void ForEachWith(Cursor cursor, Use&& use) const {
    const std::size_t stride = CellsPerSeries(*metric);
    const std::size_t numbers = histogram().numbers.size();
    CountsOfBounds bounds(histogram());
    const std::uint64_t* values = cells->values.data();
    for (const std::uint8_t present : cells->present) {
      const auto text = cursor.Next();
      if (present != 0) {
        bounds.Set(values);
        use(text, SampleValues(values, numbers, number_type, bounds));
      }
      values += stride;
    }
  }
};

}  // namespace bpf_exporter::metrics
