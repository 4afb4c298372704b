// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

#include "exposition/text_page.h"
#include "metrics/collector.h"
#include "unit/metrics/fakes.h"

namespace bpf_exporter::metrics {

inline std::string PageOf(const Snapshot& snapshot) {
  exposition::TextBuffer page;
  exposition::RenderTextPage(snapshot, page);
  return std::string(page.view());
}

// A collector and the numbers that it gave to its self-metrics last.
struct Fixture {
  explicit Fixture(std::vector<Collector::Source> sources)
      : collector(std::move(sources), [this](const CollectorStats& given) {
          stats = given;
          return std::vector<prometheus::MetricFamily>();
        }) {}
  std::string TakePage() { return PageOf(*collector.Take()); }

  CollectorStats stats;
  Collector collector;
};

inline plan::MetricPlan IdCounter() {
  return Metric(config::MetricKind::kCounter, "ops_total", {Label("id", 0, 4, UintDecoder())});
}

inline FakeMap::Row IdRow(std::uint32_t id, std::uint64_t value) {
  return {Bytes(id), Bytes(value)};
}

}  // namespace bpf_exporter::metrics
