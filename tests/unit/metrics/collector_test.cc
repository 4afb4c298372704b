// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "unit/metrics/fixture.h"

namespace bpf_exporter::metrics {
namespace {

TEST(Collector, ExposesCountersOfAHashMap) {
  auto map = std::make_shared<FakeMap>();
  auto metric = Metric(config::MetricKind::kCounter, "ops_total",
                       {Label("comm", 4, 16, TextDecoder()), Label("id", 0, 4, UintDecoder())});
  metric.help = "Operations";
  map->rows = {
      {Bytes(std::uint32_t{7}) + Padded("cat", 16), Bytes(std::uint64_t{42})},
      {Bytes(std::uint32_t{8}) + Padded("a \"b\" \\ \n\xff", 16), Bytes(std::uint64_t{1234567})}};
  Fixture fixture(SourceList(Source("ops", map, 20, 8, {metric})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Operations\n"
            "# TYPE ops_total counter\n"
            "ops_total{comm=\"cat\",id=\"7\"} 42\n"
            "ops_total{comm=\"a \\\"b\\\" \\\\ \\n\xEF\xBF\xBD\",id=\"8\"} 1.234567e+06\n");
}

TEST(Collector, TakesTheIndexAsTheKeyOfAnArray) {
  auto map = std::make_shared<FakeMap>();
  map->is_array = true;
  map->rows_a_block = 2;
  for (const std::uint64_t value : {5, 0, 6}) map->rows.push_back({"", Bytes(value)});
  auto counted = IdCounter();
  counted.family = "used_total";
  counted.skip_zero = true;
  Fixture fixture(SourceList(Source("ops", map, 4, 8, {IdCounter(), counted})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Help\n# TYPE ops_total counter\n"
            "ops_total{id=\"0\"} 5\nops_total{id=\"1\"} 0\nops_total{id=\"2\"} 6\n"
            "# HELP used_total Help\n# TYPE used_total counter\n"
            "used_total{id=\"0\"} 5\nused_total{id=\"2\"} 6\n");
}

TEST(Collector, SumsEqualLabelSetsOfOneMap) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {{Bytes(std::uint32_t{1}) + "a", Bytes(std::uint64_t{8})},
               {Bytes(std::uint32_t{2}) + "b", Bytes(std::uint64_t{1})},
               {Bytes(std::uint32_t{3}) + "a", Bytes((std::uint64_t{1} << 53) + 1)}};
  auto metric =
      Metric(config::MetricKind::kCounter, "ops_total", {Label("t", 4, 1, TextDecoder())});
  Fixture fixture(SourceList(Source("ops", map, 5, 8, {metric})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Help\n# TYPE ops_total counter\n"
            "ops_total{t=\"a\"} 9.007199254741001e+15\nops_total{t=\"b\"} 1\n");
}

TEST(Collector, MergesMetricsOfOneNameFromSeveralMaps) {
  auto first = std::make_shared<FakeMap>();
  auto second = std::make_shared<FakeMap>();
  first->rows = {IdRow(1, 10), IdRow(2, 20)};
  second->rows = {IdRow(2, 5), IdRow(3, 7)};
  Fixture fixture(SourceList(Source("a", first, 4, 8, {IdCounter()}),
                             Source("b", second, 4, 8, {IdCounter()})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Help\n# TYPE ops_total counter\n"
            "ops_total{id=\"1\"} 10\nops_total{id=\"2\"} 25\nops_total{id=\"3\"} 7\n");
}

// The plans that it is given have passed plan::CheckFamilies.
TEST(Collector, TakesNoMetricThatDoesNotFitItsFamily) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10)};
  auto gauge = IdCounter();
  gauge.kind = config::MetricKind::kGauge;
  EXPECT_THROW(
      Collector(SourceList(Source("a", map, 4, 8, {IdCounter()}), Source("b", map, 4, 8, {gauge}))),
      std::logic_error);
}

TEST(Collector, KeepsGaugesSigned) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {{Bytes(std::uint32_t{1}), Bytes(std::int16_t{-3})},
               {Bytes(std::uint32_t{2}), Bytes(std::int16_t{4})}};
  auto metric = IdCounter();
  metric.kind = config::MetricKind::kGauge;
  metric.value = {0, 2, true};
  Fixture fixture(SourceList(Source("g", map, 4, 2, {metric})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Help\n# TYPE ops_total gauge\n"
            "ops_total{id=\"1\"} -3\nops_total{id=\"2\"} 4\n");
}

TEST(Collector, SumsPerCpuValuesOrSplitsThemByTheCpuLabel) {
  auto map = std::make_shared<FakeMap>();
  map->cpus = 3;
  const auto cpu_values = [](std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    return Padded(Bytes(a), 8) + Padded(Bytes(b), 8) + Padded(Bytes(c), 8);
  };
  map->rows = {{Bytes(std::uint32_t{1}), cpu_values(1, 2, 4)},
               {Bytes(std::uint32_t{2}), cpu_values(8, 0, 0)}};
  auto sum = IdCounter();
  sum.value = {0, 4, false};
  auto split = sum;
  split.family = "split_total";
  split.labels.insert(split.labels.begin(), CpuLabel());
  split.skip_zero = true;
  Fixture fixture(SourceList(Source("p", map, 4, 4, {sum, split})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Help\n# TYPE ops_total counter\n"
            "ops_total{id=\"1\"} 7\nops_total{id=\"2\"} 8\n"
            "# HELP split_total Help\n# TYPE split_total counter\n"
            "split_total{cpu=\"0\",id=\"1\"} 1\nsplit_total{cpu=\"1\",id=\"1\"} 2\n"
            "split_total{cpu=\"2\",id=\"1\"} 4\nsplit_total{cpu=\"0\",id=\"2\"} 8\n");
}

TEST(Collector, RunsTheDecodersOfTheCpuLabelOnItsNumber) {
  auto map = std::make_shared<FakeMap>();
  map->cpus = 3;
  map->rows = {{Bytes(std::uint32_t{1}),
                Bytes(std::uint64_t{1}) + Bytes(std::uint64_t{2}) + Bytes(std::uint64_t{4})}};
  auto metric = IdCounter();
  metric.labels.insert(metric.labels.begin(),
                       CpuLabel(Scripted([](std::string_view in, std::string& out) {
                         if (in == Bytes(std::uint16_t{1})) return decode::Decoded::kSkip;
                         out = in == Bytes(std::uint16_t{0}) ? "first" : "other";
                         return decode::Decoded::kOk;
                       })));
  Fixture fixture(SourceList(Source("p", map, 4, 8, {metric})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP ops_total Help\n# TYPE ops_total counter\n"
            "ops_total{cpu=\"first\",id=\"1\"} 1\nops_total{cpu=\"other\",id=\"1\"} 4\n");
}

plan::MetricPlan Latency() {
  auto metric =
      Metric(config::MetricKind::kHistogram, "latency_seconds", {Label("t", 0, 1, TextDecoder())});
  metric.histogram.numbers = {1, 2, 3};
  metric.histogram.bounds = {2e-6, 4e-6, 8e-6};
  metric.histogram.sum_number = 4;
  metric.histogram.multiplier = 1e-6;
  metric.histogram.bucket = Label("bucket", 1, 1, UintDecoder());
  return metric;
}

TEST(Collector, FoldsBucketsOfTheKeyIntoHistograms) {
  auto map = std::make_shared<FakeMap>();
  const auto row = [](const char* key, std::uint64_t value) {
    return FakeMap::Row{key, Bytes(value)};
  };
  map->rows = {row("a\x02", 20),   row("b\x01", 1), row("a\x03", 300),
               row("a\x04", 5000), row("c\x09", 7), row("a\x01", 0)};
  Fixture fixture(SourceList(Source("l", map, 2, 8, {Latency()})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP latency_seconds Help\n# TYPE latency_seconds histogram\n"
            "latency_seconds_bucket{t=\"a\",le=\"2e-06\"} 0\n"
            "latency_seconds_bucket{t=\"a\",le=\"4e-06\"} 20\n"
            "latency_seconds_bucket{t=\"a\",le=\"8e-06\"} 320\n"
            "latency_seconds_bucket{t=\"a\",le=\"+Inf\"} 320\n"
            "latency_seconds_sum{t=\"a\"} 0.005\n"
            "latency_seconds_count{t=\"a\"} 320\n"
            "latency_seconds_bucket{t=\"b\",le=\"2e-06\"} 1\n"
            "latency_seconds_bucket{t=\"b\",le=\"4e-06\"} 1\n"
            "latency_seconds_bucket{t=\"b\",le=\"8e-06\"} 1\n"
            "latency_seconds_bucket{t=\"b\",le=\"+Inf\"} 1\n"
            "latency_seconds_sum{t=\"b\"} 0\n"
            "latency_seconds_count{t=\"b\"} 1\n"
            "latency_seconds_bucket{t=\"c\",le=\"2e-06\"} 0\n"
            "latency_seconds_bucket{t=\"c\",le=\"4e-06\"} 0\n"
            "latency_seconds_bucket{t=\"c\",le=\"8e-06\"} 0\n"
            "latency_seconds_bucket{t=\"c\",le=\"+Inf\"} 0\n"
            "latency_seconds_sum{t=\"c\"} 0\n"
            "latency_seconds_count{t=\"c\"} 0\n");
  EXPECT_EQ(fixture.stats.metrics.at(0).rows_out_of_range, 1u);
  fixture.TakePage();
  EXPECT_EQ(fixture.stats.metrics.at(0).rows_out_of_range, 1u) << "a known key counts once";
}

TEST(Collector, FoldsArraysInTheValueIntoHistograms) {
  auto map = std::make_shared<FakeMap>();
  std::string value;
  for (const std::uint32_t count : {9, 1, 2, 3}) value += Bytes(count);  // elements 0 … 3
  value += Bytes(std::uint64_t{12345});
  map->rows = {{"a", value}};
  auto metric = Latency();
  metric.labels = {};
  metric.histogram.bucket.reset();
  metric.histogram.multiplier = 1;
  metric.histogram.array = plan::ValueField{0, 4, false};
  metric.histogram.array_size = 4;
  metric.histogram.sum = plan::ValueField{16, 8, false};
  Fixture fixture(SourceList(Source("l", map, 1, 24, {metric})));
  const std::string page =
      "# HELP latency_seconds Help\n# TYPE latency_seconds histogram\n"
      "latency_seconds_bucket{le=\"2e-06\"} 1\n"
      "latency_seconds_bucket{le=\"4e-06\"} 3\n"
      "latency_seconds_bucket{le=\"8e-06\"} 6\n"
      "latency_seconds_bucket{le=\"+Inf\"} 6\n"
      "latency_seconds_sum 12345\n"
      "latency_seconds_count 6\n";
  EXPECT_EQ(fixture.TakePage(), page);
  EXPECT_EQ(fixture.TakePage(), page);
  EXPECT_EQ(fixture.stats.metrics.at(0).rows_out_of_range, 1u) << "element 0, once";
}

TEST(Collector, KeepsSumsOfSignedFieldsSigned) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {{"a", Bytes(std::uint64_t{2}) + Bytes(std::int32_t{-7})}};
  auto metric = Latency();
  metric.labels = {};
  metric.histogram.bucket.reset();
  metric.histogram.array = plan::ValueField{0, 8, false};
  metric.histogram.array_size = 1;
  metric.histogram.sum = plan::ValueField{8, 4, true};
  for (const auto& [multiplier, sum] : {std::pair(1.0, "-7"), std::pair(0.5, "-3.5")}) {
    metric.histogram.multiplier = multiplier;
    Fixture fixture(SourceList(Source("l", map, 1, 12, {metric})));
    const std::string page = fixture.TakePage();
    EXPECT_NE(page.find(std::string("latency_seconds_sum ") + sum + "\n"), std::string::npos)
        << page;
  }
}

}  // namespace
}  // namespace bpf_exporter::metrics
