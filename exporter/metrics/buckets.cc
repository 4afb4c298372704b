// SPDX-License-Identifier: Apache-2.0
// Tests: collector_test.cc
#include "metrics/buckets.h"

#include <algorithm>

namespace bpf_exporter::metrics {

std::uint32_t CellOf(const plan::HistogramPlan& histogram, std::uint64_t number) {
  const auto& numbers = histogram.numbers;
  if (!numbers.empty() && number >= numbers.front() && number <= numbers.back()) {
    const auto found = std::lower_bound(numbers.begin(), numbers.end(), number);
    if (*found == number) return static_cast<std::uint32_t>(found - numbers.begin());
  }
  return number == histogram.sum_number ? SumCell(histogram) : OutsideCell(histogram);
}

std::vector<ValueRun> RunsOf(const plan::MetricPlan& metric) {
  const plan::HistogramPlan& histogram = metric.histogram;
  if (metric.kind != config::MetricKind::kHistogram || !histogram.array) return {{metric.value}};

  std::vector<ValueRun> runs;
  for (std::uint32_t element = 0; element < histogram.array_size; ++element) {
    std::uint32_t cell = CellOf(histogram, element);
    // A sum of its own beats one among the buckets.
    if (histogram.sum && cell == SumCell(histogram)) cell = OutsideCell(histogram);
    const bool outside = cell == OutsideCell(histogram);
    if (!runs.empty() && runs.back().outside == outside &&
        (outside || runs.back().cell + runs.back().count == cell)) {
      ++runs.back().count;
      continue;
    }
    plan::ValueField field = *histogram.array;
    field.offset += element * field.width;
    runs.push_back({field, 1, cell, outside});
  }
  if (histogram.sum) runs.push_back({*histogram.sum, 1, SumCell(histogram), false});
  return runs;
}

}  // namespace bpf_exporter::metrics
