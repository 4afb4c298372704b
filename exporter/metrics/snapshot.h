#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace prometheus {
struct MetricFamily;
}

namespace bpf_exporter {

class TextArena;

// The finished label text of a series, `a="1",b="x"`, escaped and valid UTF-8; empty without
// labels. Lives in the arena of its family, where it never moves.
struct SeriesText {
  const char* data;
  std::uint32_t size;
  std::string_view view() const { return {data, size}; }
};

struct SeriesValue {
  SeriesText labels;
  // Counters: the sum, u64. Gauges: two's complement if `is_signed`. Histograms: the index of the
  // series in `cells`.
  std::uint64_t value;
};

// One metric family as it was at the snapshot. Immutable.
struct FamilySnapshot {
  std::shared_ptr<const MetricPlan> metric;  // name, help, kind, bounds; the first of that name
  std::shared_ptr<const TextArena> texts;    // keeps the label texts alive
  std::vector<SeriesValue> series;           // in the order in which they were first seen
  // Histograms: for each series its bounds.size() counts (not cumulative) and then its raw sum.
  std::vector<std::uint64_t> cells;
};

// Everything at one time. Immutable; shared by every scrape that it serves.
struct Snapshot {
  std::uint64_t number = 0;
  std::chrono::system_clock::time_point time;
  std::vector<FamilySnapshot> families;       // sorted by name
  std::vector<prometheus::MetricFamily> own;  // what the exporter says about itself
};

}  // namespace bpf_exporter
