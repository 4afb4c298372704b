// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace bpf_exporter::metrics {

// Where the numbers of a histogram go among the cells of one series (see SeriesCells).
inline std::uint32_t SumCell(const plan::HistogramPlan& histogram) {
  return static_cast<std::uint32_t>(histogram.numbers.size());
}
inline std::uint32_t OutsideCell(const plan::HistogramPlan& histogram) {
  return static_cast<std::uint32_t>(histogram.numbers.size() + 1);
}

// The cell that bucket number `number` counts into.
std::uint32_t CellOf(const plan::HistogramPlan& histogram, std::uint64_t number);

// A stretch of numbers of equal width in a value, and the cells that they are added to.
struct ValueRun {
  plan::ValueField first;
  std::uint32_t count = 1;
  std::uint32_t cell = 0;  // of the first; the others follow
  bool outside = false;    // all of them go to the cell for what is outside of the bounds
};

// What of a value is added to which cells: one run for a single number, more for histograms that
// have their buckets in the value.
std::vector<ValueRun> RunsOf(const plan::MetricPlan& metric);

}  // namespace bpf_exporter::metrics
