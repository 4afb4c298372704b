// SPDX-License-Identifier: Apache-2.0
#include "exposition/text_page.h"

#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include "unit/metrics/fakes.h"

namespace bpf_exporter::exposition {
namespace {

std::string Page(const metrics::Snapshot& snapshot) {
  TextBuffer page;
  RenderTextPage(snapshot, page);
  return std::string(page.view());
}

TEST(TextPage, IsEmptyWithoutFamilies) { EXPECT_EQ(Page(metrics::Snapshot()), ""); }

TEST(TextPage, WritesFamiliesOfTheRegistrySortedByName) {
  prometheus::Registry registry;
  auto& requests = prometheus::BuildCounter()
                       .Name("z_requests_total")
                       .Help("Two\nlines and a \\")
                       .Register(registry);
  requests.Add({{"code", "200"}, {"path", "a\"b\\c\n\xff"}}).Increment(1234567);
  prometheus::BuildGauge().Name("m_temperature").Help("T").Register(registry).Add({}).Set(-0.25);
  prometheus::BuildGauge().Name("empty").Help("Has no series").Register(registry);
  auto& histogram = prometheus::BuildHistogram()
                        .Name("a_seconds")
                        .Help("H")
                        .Register(registry)
                        .Add({{"x", "y"}}, prometheus::Histogram::BucketBoundaries{0.000064, 2});
  histogram.Observe(1);
  histogram.Observe(3);
  prometheus::BuildSummary()
      .Name("s_seconds")
      .Help("S")
      .Register(registry)
      .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}})
      .Observe(2);
  metrics::Snapshot snapshot;
  snapshot.own = registry.Collect();
  EXPECT_EQ(Page(snapshot),
            "# HELP a_seconds H\n"
            "# TYPE a_seconds histogram\n"
            "a_seconds_bucket{x=\"y\",le=\"6.4e-05\"} 0\n"
            "a_seconds_bucket{x=\"y\",le=\"2\"} 1\n"
            "a_seconds_bucket{x=\"y\",le=\"+Inf\"} 2\n"
            "a_seconds_sum{x=\"y\"} 4\n"
            "a_seconds_count{x=\"y\"} 2\n"
            "# HELP m_temperature T\n"
            "# TYPE m_temperature gauge\n"
            "m_temperature -0.25\n"
            "# HELP s_seconds S\n"
            "# TYPE s_seconds summary\n"
            "s_seconds{quantile=\"0.5\"} 2\n"
            "s_seconds_sum 2\n"
            "s_seconds_count 1\n"
            "# HELP z_requests_total Two\\nlines and a \\\\\n"
            "# TYPE z_requests_total counter\n"
            "z_requests_total{code=\"200\",path=\"a\\\"b\\\\c\\n\xEF\xBF\xBD\"} 1.234567e+06\n");
}

prometheus::MetricFamily OwnGauge(std::string name, double value) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = "Own";
  family.type = prometheus::MetricType::Gauge;
  family.metric.emplace_back().gauge.value = value;
  return family;
}

TEST(TextPage, MixesMapFamiliesAndOwnOnesByName) {
  auto map = std::make_shared<metrics::FakeMap>();
  map->rows = {{"k", metrics::Bytes(std::uint64_t{5})}};
  const auto plain = [](std::string name) {
    return metrics::Metric(config::MetricKind::kCounter, name, {});
  };
  metrics::Collector collector(
      metrics::SourceList(metrics::Source("m", map, 1, 8, {plain("b"), plain("d")})),
      [](const metrics::CollectorStats&) {
        return std::vector{OwnGauge("e", 5), OwnGauge("c", 3), OwnGauge("a", 1), OwnGauge("c", 4)};
      });
  EXPECT_EQ(Page(*collector.Take()),
            "# HELP a Own\n# TYPE a gauge\na 1\n"
            "# HELP b Help\n# TYPE b counter\nb 5\n"
            "# HELP c Own\n# TYPE c gauge\nc 3\nc 4\n"
            "# HELP d Help\n# TYPE d counter\nd 5\n"
            "# HELP e Own\n# TYPE e gauge\ne 5\n");
}

// Texts around the sizes at which copying changes its way, at every place in the buffer.
TEST(TextPage, CopiesLabelTextsOfAnyLength) {
  auto map = std::make_shared<metrics::FakeMap>();
  std::string expected = "# HELP ops Help\n# TYPE ops counter\n";
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string text(length, static_cast<char>('a' + length % 26));
    map->rows.push_back({metrics::Padded(text, 200), metrics::Bytes(std::uint64_t{length})});
    expected += "ops{t=\"" + text + "\"} " + std::to_string(length) + "\n";
  }
  auto metric = metrics::Metric(config::MetricKind::kCounter, "ops",
                                {metrics::Label("t", 0, 200, metrics::TextDecoder())});
  metrics::Collector collector(metrics::SourceList(metrics::Source("m", map, 200, 8, {metric})),
                               nullptr);
  EXPECT_EQ(Page(*collector.Take()), expected);
}

}  // namespace
}  // namespace bpf_exporter::exposition
