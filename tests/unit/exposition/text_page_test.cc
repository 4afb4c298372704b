// SPDX-License-Identifier: Apache-2.0
#include "exposition/text_page.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include "metrics/own_family.h"
#include "unit/metrics/fakes.h"
#include "unit/metrics/page_of.h"

namespace bpf_exporter::exposition {
namespace {

TEST(TextPage, IsEmptyWithoutFamilies) { EXPECT_EQ(metrics::PageOf(metrics::Snapshot()), ""); }

TEST(TextPage, WritesTheExportersOwnNumbers) {
  constexpr metrics::SelfMetric kRequests =
      metrics::SelfCounter("z_requests_total", "path,code", "Two\nlines and a \\");
  constexpr metrics::SelfMetric kTemperature = metrics::SelfGauge("m_temperature", "", "T");
  constexpr metrics::SelfMetric kEmpty = metrics::SelfGauge("empty", "", "Has no series");
  prometheus::Registry registry;
  metrics::OwnFamily requests(kRequests, "", registry);
  metrics::OwnFamily temperature(kTemperature, "", registry);
  metrics::OwnFamily empty(kEmpty, "", registry);
  requests.Set({"a\"b\\c\n\xff", "200"}, 1234567);
  requests.Set({"", "404"}, 0.1);
  temperature.Set({}, -0.25);
  metrics::Snapshot snapshot;
  for (auto* family : {&empty, &temperature, &requests}) snapshot.own.push_back(family->Snapshot());
  EXPECT_EQ(metrics::PageOf(snapshot),
            "# HELP m_temperature T\n"
            "# TYPE m_temperature gauge\n"
            "m_temperature -0.25\n"
            "# HELP z_requests_total Two\\nlines and a \\\\\n"
            "# TYPE z_requests_total counter\n"
            "z_requests_total{code=\"200\",path=\"a\\\"b\\\\c\\n\xEF\xBF\xBD\"} 1.234567e+06\n"
            "z_requests_total{code=\"404\",path=\"\"} 0.1\n");
}

TEST(TextPage, MixesMapFamiliesAndOwnOnesByName) {
  constexpr metrics::SelfMetric kOwn[] = {metrics::SelfGauge("a", "", "Own"),
                                          metrics::SelfGauge("c", "", "Own"),
                                          metrics::SelfGauge("e", "", "Own")};
  prometheus::Registry registry;
  auto map = std::make_shared<metrics::FakeMap>();
  map->rows = {{"k", metrics::Bytes(std::uint64_t{5})}};
  const auto plain = [](std::string name) {
    return metrics::Metric(config::MetricKind::kCounter, name, {});
  };
  metrics::Collector collector(
      metrics::SourceList(metrics::Source("m", map, 1, 8, {plain("b"), plain("d")})));
  metrics::Snapshot snapshot = *collector.Take();
  for (const metrics::SelfMetric& metric : kOwn) {
    metrics::OwnFamily family(metric, "", registry);
    family.Set({}, 3);
    snapshot.own.push_back(family.Snapshot());
  }
  EXPECT_EQ(metrics::PageOf(snapshot),
            "# HELP a Own\n# TYPE a gauge\na 3\n"
            "# HELP b Help\n# TYPE b counter\nb 5\n"
            "# HELP c Own\n# TYPE c gauge\nc 3\n"
            "# HELP d Help\n# TYPE d counter\nd 5\n"
            "# HELP e Own\n# TYPE e gauge\ne 3\n");
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
  metrics::Collector collector(metrics::SourceList(metrics::Source("m", map, 200, 8, {metric})));
  EXPECT_EQ(metrics::PageOf(*collector.Take()), expected);
}

}  // namespace
}  // namespace bpf_exporter::exposition
