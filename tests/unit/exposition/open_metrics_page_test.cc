// SPDX-License-Identifier: Apache-2.0
#include "exposition/open_metrics_page.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <chrono>
#include <limits>

#include "exposition/buffer_writer.h"
#include "metrics/own_family.h"
#include "unit/metrics/fakes.h"

namespace bpf_exporter::exposition {
namespace {

constexpr std::chrono::system_clock::time_point kSince{
    std::chrono::milliseconds(1'700'000'000'250)};

std::string PageOf(const metrics::Snapshot& snapshot, const FormatOptions& options = {}) {
  BufferWriter writer{TextBuffer()};
  OpenMetricsPage(options).Write(snapshot, writer);
  return std::string(writer.Finish().view());
}

std::string OwnPage(const metrics::SelfMetric& metric, double value) {
  prometheus::Registry registry;
  metrics::OwnFamily family(metric, "", registry);
  family.Set({}, value);
  metrics::Snapshot snapshot;
  snapshot.own = {family.Snapshot()};
  snapshot.own[0].counted_since = kSince;
  return PageOf(snapshot);
}

TEST(OpenMetricsPage, EndsAlsoWithoutFamilies) {
  EXPECT_EQ(PageOf(metrics::Snapshot()), "# EOF\n");
}

TEST(OpenMetricsPage, NamesTheFamilyOfACounterWithoutTotal) {
  EXPECT_EQ(OwnPage(metrics::SelfCounter("ops_total", "", "Two\nlines, a \\ and a \""), 3),
            "# HELP ops Two\\nlines, a \\\\ and a \\\"\n"
            "# TYPE ops counter\n"
            "ops_total 3\n"
            "ops_created 1.70000000025e+09\n"
            "# EOF\n");
}

// Another name for its series than in the text format would tear them in two.
TEST(OpenMetricsPage, LeavesOtherCountersTheirName) {
  EXPECT_EQ(OwnPage(metrics::SelfCounter("run_time_seconds", "", "H"), 0.5),
            "# HELP run_time_seconds H\n"
            "# TYPE run_time_seconds unknown\n"
            "# UNIT run_time_seconds seconds\n"
            "run_time_seconds 0.5\n"
            "# EOF\n");
}

TEST(OpenMetricsPage, TellsTheUnitThatANameEndsIn) {
  EXPECT_EQ(OwnPage(metrics::SelfCounter("io_bytes_total", "", "H"), 1),
            "# HELP io_bytes H\n# TYPE io_bytes counter\n# UNIT io_bytes bytes\n"
            "io_bytes_total 1\nio_bytes_created 1.70000000025e+09\n# EOF\n");
  EXPECT_EQ(OwnPage(metrics::SelfGauge("load_ratio", "", "H"), 1),
            "# HELP load_ratio H\n# TYPE load_ratio gauge\n# UNIT load_ratio ratio\nload_ratio 1\n"
            "# EOF\n");
  EXPECT_EQ(OwnPage(metrics::SelfGauge("kilobytes", "", "H"), 1),
            "# HELP kilobytes H\n# TYPE kilobytes gauge\nkilobytes 1\n# EOF\n");
}

TEST(OpenMetricsPage, LeavesOutWhenCountingBeganIfThatIsNotKnown) {
  auto map = std::make_shared<metrics::FakeMap>();
  map->rows = {{"k", metrics::Bytes(std::uint64_t{5})}};
  metrics::Collector collector(metrics::SourceList(metrics::Source(
      "m", map, 1, 8, {metrics::Metric(config::MetricKind::kCounter, "ops_total", {})})));
  EXPECT_EQ(PageOf(*collector.Take()), "# HELP ops Help\n# TYPE ops counter\nops_total 5\n# EOF\n");
}

TEST(OpenMetricsPage, LeavesOutWhenCountingBeganIfThatIsNotWanted) {
  constexpr metrics::SelfMetric kOps = metrics::SelfCounter("ops_total", "", "H");
  prometheus::Registry registry;
  metrics::OwnFamily family(kOps, "", registry);
  family.Set({}, 3);
  metrics::Snapshot snapshot;
  snapshot.own = {family.Snapshot()};
  snapshot.own[0].counted_since = kSince;
  FormatOptions options;
  options.created_lines = false;
  EXPECT_EQ(PageOf(snapshot, options), "# HELP ops H\n# TYPE ops counter\nops_total 3\n# EOF\n");
}

plan::MetricPlan Histogram(bool signed_sum) {
  plan::MetricPlan metric = metrics::Metric(config::MetricKind::kHistogram, "size_bytes",
                                            {metrics::Label("id", 0, 1, metrics::TextDecoder())});
  metric.histogram.numbers = {0, 1, 2, 3};
  metric.histogram.bounds = {0, 0.5, 1, 1e6};
  metric.histogram.sum_number = 4;
  metric.value.is_signed = signed_sum;
  metric.histogram.bucket = metrics::Label("bucket", 1, 1, metrics::UintDecoder());
  return metric;
}

TEST(OpenMetricsPage, WritesBoundsAsTheCanonicalNumbers) {
  auto map = std::make_shared<metrics::FakeMap>();
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  map->rows = {{std::string("a\1"), metrics::Bytes(kMax)},
               {std::string("a\4"), metrics::Bytes(kMax)}};
  std::vector<metrics::MapToRead> sources =
      metrics::SourceList(metrics::Source("m", map, 2, 8, {Histogram(false)}));
  sources[0].counted_since = kSince;
  metrics::Collector collector(std::move(sources));
  EXPECT_EQ(PageOf(*collector.Take()),
            "# HELP size_bytes Help\n"
            "# TYPE size_bytes histogram\n"
            "# UNIT size_bytes bytes\n"
            "size_bytes_bucket{id=\"a\",le=\"0.0\"} 0\n"
            "size_bytes_bucket{id=\"a\",le=\"0.5\"} 1.8446744073709551615e+19\n"
            "size_bytes_bucket{id=\"a\",le=\"1.0\"} 1.8446744073709551615e+19\n"
            "size_bytes_bucket{id=\"a\",le=\"1e+06\"} 1.8446744073709551615e+19\n"
            "size_bytes_bucket{id=\"a\",le=\"+Inf\"} 1.8446744073709551615e+19\n"
            "size_bytes_sum{id=\"a\"} 1.8446744073709551615e+19\n"
            "size_bytes_count{id=\"a\"} 1.8446744073709551615e+19\n"
            "size_bytes_created{id=\"a\"} 1.70000000025e+09\n"
            "# EOF\n");
}

// OpenMetrics forbids them, and a count without a sum as well.
TEST(OpenMetricsPage, HasNoNegativeSums) {
  auto map = std::make_shared<metrics::FakeMap>();
  map->rows = {{std::string("a\0", 2), metrics::Bytes(std::int64_t{1})},
               {std::string("a\4"), metrics::Bytes(std::int64_t{-2})}};
  metrics::Collector collector(
      metrics::SourceList(metrics::Source("m", map, 2, 8, {Histogram(true)})));
  const std::string page = PageOf(*collector.Take());
  EXPECT_NE(page.find("le=\"+Inf\"} 1\n# EOF\n"), std::string::npos) << page;
}

// An event counter that is flushed counts from then on, and so does what it is summed with.
TEST(OpenMetricsPage, TellsTheYoungestOfTheMapsThatAreSummed) {
  auto map = std::make_shared<metrics::FakeMap>();
  map->rows = {{"k", metrics::Bytes(std::uint64_t{5})}};
  const auto metric = metrics::Metric(config::MetricKind::kCounter, "ops_total", {});
  std::vector<metrics::MapToRead> sources = metrics::SourceList(
      metrics::Source("one", map, 1, 8, {metric}), metrics::Source("other", map, 1, 8, {metric}));
  sources[0].counted_since = kSince;
  sources[1].counted_since = kSince + std::chrono::seconds(1);
  metrics::Collector collector(std::move(sources));
  EXPECT_EQ(PageOf(*collector.Take()),
            "# HELP ops Help\n# TYPE ops counter\nops_total 10\nops_created 1.70000000125e+09\n"
            "# EOF\n");
}

}  // namespace
}  // namespace bpf_exporter::exposition
