// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "metrics/collector.h"
#include "unit/metrics/fakes.h"
#include "unit/metrics/page_of.h"

namespace bpf_exporter::metrics {

// A collector and what it counted in its last snapshot.
struct Fixture {
  explicit Fixture(std::vector<MapToRead> maps) : collector(std::move(maps)) {}
  std::string TakePage() { return PageOf(*collector.Take()); }

  Collector collector;
  const CollectorStats& stats = collector.stats();
};

inline plan::MetricPlan IdCounter() {
  return Metric(config::MetricKind::kCounter, "ops_total", {Label("id", 0, 4, UintDecoder())});
}

inline FakeMap::Row IdRow(std::uint32_t id, std::uint64_t value) {
  return {Bytes(id), Bytes(value)};
}

}  // namespace bpf_exporter::metrics
