// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/family_snapshot.h"
#include "metrics/hash_index.h"
#include "metrics/merge.h"

namespace bpf_exporter::metrics {

class CellPool;

// The series of one exposed name. Several metrics may add to it (the same name in several maps or
// configurations); rows with equal labels are one series and their values are summed.
// Used by one thread at a time; what Finish() returns may be read by any.
class Family {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  explicit Family(std::shared_ptr<const plan::MetricPlan> first);

  // Lets one more metric of this name add to the family, and returns its number here. Throws
  // std::logic_error if its kind or its buckets are others, which plan::CheckFamilies has refused.
  std::uint32_t AddMetric(const plan::MetricPlan& metric);

  // Starts a snapshot: every series is worth 0 and not present.
  void Begin();
  // The series with that text; a new one if there is none yet, kNone if `metric` (a number from
  // AddMetric) has all the series that it may have. values() and present() may have moved then.
  std::uint32_t FindOrAdd(std::string_view text, std::uint32_t metric);
  // How many more series that metric may have.
  std::uint32_t Room(std::uint32_t metric) const;

  std::uint64_t* values() { return cells_->values.data(); }
  std::uint8_t* present() { return cells_->present.data(); }
  std::uint32_t stride() const { return stride_; }
  std::size_t size() const { return positions_.size(); }  // numbers of series in use

  // Takes note that a cell got an addition with that carry, or of numbers that are large: at the
  // end it is looked at whether the series' numbers fit.
  void NoteLarge(std::uint32_t cell, const Carry& carry);
  // What the sums in a cell mean.
  SumType TypeOf(std::uint32_t cell) const;

  // Ends the snapshot that Begin() started. Numbers that are too large are the largest there is.
  FamilySnapshot Finish();
  // Series of the snapshot that Finish() returned last which that metric was the first to name.
  std::size_t SeriesOf(std::uint32_t metric) const { return metrics_[metric].present; }
  // How many numbers of series that this metric was the first to name were too large, in all
  // snapshots.
  std::uint64_t SaturatedOf(std::uint32_t metric) const { return metrics_[metric].saturated; }

  // Gives up the series that no key leads to any more: BeginSweep(), Keep() for every cell that a
  // key leads to, EndSweep(). If that returns true the series were renumbered: each cell becomes
  // Renumbered(cell).
  void BeginSweep() { kept_.assign(positions_.size(), 0); }
  void Keep(std::uint32_t cell) { kept_[cell / stride_] = 1; }
  bool EndSweep();
  std::uint32_t Renumbered(std::uint32_t cell) const {
    return numbers_[cell / stride_] * stride_ + cell % stride_;
  }

 private:
  // One of the metrics that add to the family.
  struct Metric {
    std::uint32_t max_series;
    std::uint32_t series = 0;     // that it was the first to name
    std::size_t present = 0;      // of them in the last snapshot
    std::uint64_t saturated = 0;  // numbers of them that were too large, since the start
  };
  void SaturateLarge();
  bool CountIsTooLarge(std::size_t series) const;
  std::optional<std::uint64_t> HashOf(std::uint32_t series) const;  // of its text, if it lives
  void Compact();

  std::shared_ptr<const plan::MetricPlan> plan_;
  std::uint32_t stride_;
  NumberType number_type_ = NumberType::kUnsigned;
  bool may_cancel_ = false;  // see SumType
  std::vector<Metric> metrics_;

  std::shared_ptr<TextArena> texts_;
  std::vector<TextArena::Position> positions_;  // by series; kNone for those given up
  std::vector<std::uint16_t>
      owners_;  // by series, the metric that named it; empty while there is one
  HashIndex by_text_;
  std::uint32_t dead_ = 0;

  std::shared_ptr<CellPool> pool_;
  std::unique_ptr<SeriesCells> cells_;
  std::map<std::uint32_t, Carry> large_;  // by cell, in the snapshot at hand

  std::vector<std::uint8_t> kept_;      // during a sweep
  std::vector<std::uint32_t> numbers_;  // after a sweep that renumbered
};

}  // namespace bpf_exporter::metrics
