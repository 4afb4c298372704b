// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "metrics/text_arena.h"
#include "plan/plan.h"

namespace prometheus {
struct MetricFamily;
}

namespace bpf_exporter::metrics {

// What the series of one family were worth. Series are numbered from 0 in the order in which they
// were first seen; a number whose series is not in this snapshot is not `present`.
struct SeriesCells {
  // Counters and gauges: the sum, one cell a series. Histograms: for each series its
  // bounds.size() counts (not cumulative), its raw sum and what was outside of the bounds.
  std::vector<std::uint64_t> values;
  std::vector<std::uint8_t> present;  // 0 or 1
};

// Cells of `values` that one series of that metric has.
inline std::size_t CellsPerSeries(const plan::MetricPlan& metric) {
  return metric.kind == config::MetricKind::kHistogram ? metric.histogram.bounds.size() + 2 : 1;
}

// One metric family as it was at the snapshot. Immutable.
struct FamilySnapshot {
  std::shared_ptr<const plan::MetricPlan>
      metric;  // name, help, kind, bounds; the first of that name
  // Gauges: the values are two's complement; histograms: the sums are.
  bool is_signed = false;
  std::size_t series = 0;  // that are present
  // Of every number the finished label text, `a="1",b="x"`: escaped, valid UTF-8, empty without
  // labels. It keeps growing after the snapshot, so the numbers to read are those of `cells`.
  std::shared_ptr<const TextArena> texts;
  std::shared_ptr<const SeriesCells> cells;

  // Calls use(labels, cells_of_the_series) for every series that is present.
  template <typename Use>
  void ForEach(Use&& use) const {
    if (series == 0) return;
    TextArena::Cursor cursor(*texts);
    const std::size_t stride = CellsPerSeries(*metric);
    const std::uint64_t* values = cells->values.data();
    for (const std::uint8_t present : cells->present) {
      const std::string_view labels = cursor.Next();
      if (present != 0) use(labels, values);
      values += stride;
    }
  }
};

// Everything at one time. Immutable; shared by every scrape that it serves.
struct Snapshot {
  std::uint64_t number = 0;  // grows from one to the next, in the whole process
  std::chrono::system_clock::time_point time;
  std::vector<FamilySnapshot> families;       // sorted by name
  std::vector<prometheus::MetricFamily> own;  // what the exporter says about itself
};

}  // namespace bpf_exporter::metrics
