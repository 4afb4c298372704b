// SPDX-License-Identifier: Apache-2.0
// Sums that 64 bits cannot hold, on their way from rows to pages.
#include <gtest/gtest.h>

#include <limits>

#include "exposition/open_metrics_page.h"
#include "exposition/protobuf_page.h"
#include "metrics/merge.h"
#include "unit/metrics/fixture.h"

namespace bpf_exporter::metrics {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(Saturation, AddsUpToTheLargestNumber) {
  EXPECT_EQ(SaturatingAdd(kMax - 1, 1), kMax);
  EXPECT_EQ(SaturatingAdd(kMax, 1), kMax);
  EXPECT_EQ(SaturatingAdd(kHalf, kHalf), kMax);
  EXPECT_EQ(SaturatingAdd(kMax, kMax), kMax);
  EXPECT_EQ(SaturatingAdd(1, 2), 3u);
}

plan::MetricPlan Gauge(bool is_signed) {
  plan::MetricPlan metric = Metric(config::MetricKind::kGauge, "g", {});
  metric.zero_key_only = false;
  metric.value = {0, 8, is_signed};
  return metric;
}

plan::MetricPlan Counter() { return Metric(config::MetricKind::kCounter, "c_total", {}); }

// The page's value of a metric without labels whose rows have these values, or one row whose CPUs
// have them; and how many numbers the snapshot counts as too large.
struct Shown {
  std::string value;
  std::uint64_t saturated = 0;

  bool operator==(const Shown&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Shown& shown) {
  return out << shown.value << ", " << shown.saturated << " saturated";
}

template <typename T>
Shown Rows(const plan::MetricPlan& metric, const std::vector<T>& values) {
  auto map = std::make_shared<FakeMap>();
  for (const T value : values) {
    map->rows.push_back({Bytes(static_cast<std::uint32_t>(map->rows.size())), Bytes(value)});
  }
  Fixture fixture(SourceList(Source("m", map, 4, sizeof(T), {metric})));
  const std::string page = fixture.TakePage();
  if (page.empty()) return {"none", fixture.stats.metrics.at(0).saturated};
  const std::size_t at = page.rfind(' ') + 1;
  return {page.substr(at, page.size() - at - 1), fixture.stats.metrics.at(0).saturated};
}

template <typename T>
Shown Cpus(const plan::MetricPlan& metric, const std::vector<T>& values) {
  auto map = std::make_shared<FakeMap>();
  map->cpus = static_cast<std::uint32_t>(values.size());
  std::string row;
  for (const T value : values) row += Padded(Bytes(value), 8);
  map->rows = {{Bytes(std::uint32_t{0}), row}};
  Fixture fixture(SourceList(Source("m", map, 4, sizeof(T), {metric})));
  const std::string page = fixture.TakePage();
  if (page.empty()) return {"none", fixture.stats.metrics.at(0).saturated};
  const std::size_t at = page.rfind(' ') + 1;
  return {page.substr(at, page.size() - at - 1), fixture.stats.metrics.at(0).saturated};
}

const Shown kLargest{"1.8446744073709551615e+19", 1};

TEST(Saturation, KeepsCountersFromGoingDown) {
  using Values = std::vector<std::uint64_t>;
  EXPECT_EQ(Rows(Counter(), Values{kMax - 1, 1}), (Shown{kLargest.value, 0}));
  for (const Values& values :
       {Values{kMax, 1}, Values{1, kMax}, Values{kHalf, kHalf}, Values{kMax, kMax, kMax},
        Values{kHalf, 5, kHalf}, Values{kHalf, kHalf, 7, 7}}) {
    EXPECT_EQ(Rows(Counter(), values), kLargest);
    EXPECT_EQ(Cpus(Counter(), values), kLargest);
  }
  EXPECT_EQ(Cpus(Counter(), Values(64, std::uint64_t{1} << 57)),
            (Shown{"9.223372036854775808e+18", 0}));
  EXPECT_EQ(Cpus(Counter(), Values(64, std::uint64_t{1} << 58)), kLargest);
  EXPECT_EQ(Rows(Counter(), Values(64, std::uint64_t{1} << 58)), kLargest);
}

TEST(Saturation, KeepsTheSignOfGauges) {
  using Values = std::vector<std::int64_t>;
  const Shown most{"9.223372036854775807e+18", 1}, least{"-9.223372036854775808e+18", 1};
  for (const Values& values : {Values{kMost, 1}, Values{kMost, kMost, kMost}, Values{5, kMost}}) {
    EXPECT_EQ(Rows(Gauge(true), values), most);
    EXPECT_EQ(Cpus(Gauge(true), values), most);
  }
  for (const Values& values : {Values{kLeast, -1}, Values{kLeast, kLeast, kLeast}}) {
    EXPECT_EQ(Rows(Gauge(true), values), least);
    EXPECT_EQ(Cpus(Gauge(true), values), least);
  }
}

// What is too large on the way and fits in the end is exact, whatever the order.
TEST(Saturation, CancelsInAnyOrder) {
  using Values = std::vector<std::int64_t>;
  const Shown exact{"9.223372036854775797e+18", 0};
  for (const Values& values :
       {Values{kMost, 10, -20}, Values{-20, kMost, 10}, Values{10, -20, kMost}}) {
    EXPECT_EQ(Rows(Gauge(true), values), exact);
    EXPECT_EQ(Cpus(Gauge(true), values), exact);
  }
  EXPECT_EQ(Rows(Gauge(true), Values{5, -8}), (Shown{"-3", 0}));
  EXPECT_EQ(Cpus(Gauge(true), Values{5, -8}), (Shown{"-3", 0}));
  EXPECT_EQ(Cpus(Gauge(true), Values{kLeast, kMost, 1}), (Shown{"0", 0}));
}

// Programs count up on one CPU and down on another.
TEST(Saturation, LetsGaugesOfUnsignedTypesCancel) {
  using Values = std::vector<std::uint64_t>;
  EXPECT_EQ(Cpus(Gauge(false), Values{8, kMax - 4}), (Shown{"3", 0}));
  EXPECT_EQ(Cpus(Gauge(false), Values{kHalf, kHalf}), kLargest);
  EXPECT_EQ(Rows(Gauge(false), Values{kHalf + 1, kHalf, 1}), kLargest);
}

TEST(Saturation, ShowsRowsThatAreNotZeroThoughTheirLowerBitsAre) {
  using Values = std::vector<std::uint64_t>;
  plan::MetricPlan counter = Counter();
  counter.skip_zero = true;
  EXPECT_EQ(Cpus(counter, Values{kHalf, kHalf}), kLargest);
  EXPECT_EQ(Cpus(counter, Values{0, 0}), (Shown{"none", 0}));
  plan::MetricPlan gauge = Gauge(true);
  gauge.skip_zero = true;
  EXPECT_EQ(Cpus(gauge, std::vector<std::int64_t>{5, -5}), (Shown{"none", 0}));
}

// A histogram of three buckets in the value, and its sum.
plan::MetricPlan Sizes(bool signed_sum) {
  plan::MetricPlan metric = Metric(config::MetricKind::kHistogram, "size_bytes", {});
  metric.histogram.numbers = {0, 1, 2};
  metric.histogram.bounds = {1, 2, 4};
  metric.histogram.native = plan::NativeBuckets{0, 1};
  metric.histogram.sum_number = 3;
  metric.histogram.array = plan::ValueField{0, 8, false};
  metric.histogram.array_size = 3;
  metric.histogram.sum = plan::ValueField{24, 8, signed_sum};
  return metric;
}

struct Histogram {
  std::shared_ptr<FakeMap> map = std::make_shared<FakeMap>();
  std::unique_ptr<Collector> collector;

  explicit Histogram(const std::vector<std::vector<std::uint64_t>>& rows, bool signed_sum = false) {
    for (const std::vector<std::uint64_t>& row : rows) {
      std::string value;
      for (const std::uint64_t number : row) value += Bytes(number);
      map->rows.push_back({Bytes(static_cast<std::uint32_t>(map->rows.size())), value});
    }
    collector =
        std::make_unique<Collector>(SourceList(Source("m", map, 4, 32, {Sizes(signed_sum)})));
  }
  std::uint64_t saturated() const { return collector->stats().metrics.at(0).saturated; }
};

TEST(Saturation, KeepsCumulativeCountsFromGoingDown) {
  Histogram histogram({{kHalf, kHalf - 1, 5, 1}});
  const std::string counts =
      "size_bytes_bucket{le=\"1\"} 9.223372036854775808e+18\n"
      "size_bytes_bucket{le=\"2\"} 1.8446744073709551615e+19\n"
      "size_bytes_bucket{le=\"4\"} 1.8446744073709551615e+19\n"
      "size_bytes_bucket{le=\"+Inf\"} 1.8446744073709551615e+19\n"
      "size_bytes_sum 1\n"
      "size_bytes_count 1.8446744073709551615e+19\n";
  EXPECT_NE(PageOf(*histogram.collector->Take()).find(counts), std::string::npos);
  EXPECT_EQ(histogram.saturated(), 1u);
  histogram.collector->Take();
  EXPECT_EQ(histogram.saturated(), 2u) << "each snapshot counts";
}

TEST(Saturation, KeepsBucketsOfSeveralRowsFromGoingDown) {
  Histogram histogram({{kMax, 0, 0, kMax}, {1, 0, 0, 1}});
  const std::string page = PageOf(*histogram.collector->Take());
  EXPECT_NE(page.find("_bucket{le=\"1\"} 1.8446744073709551615e+19\n"), std::string::npos) << page;
  EXPECT_NE(page.find("_sum 1.8446744073709551615e+19\n"), std::string::npos) << page;
  EXPECT_EQ(histogram.saturated(), 2u) << "a bucket and the sum";
}

TEST(Saturation, KeepsTheSignOfSums) {
  Histogram histogram({{1, 0, 0, static_cast<std::uint64_t>(kMost)}, {1, 0, 0, 1}}, true);
  const std::string page = PageOf(*histogram.collector->Take());
  EXPECT_NE(page.find("_sum 9.223372036854775807e+18\n"), std::string::npos) << page;
  EXPECT_EQ(histogram.saturated(), 1u);
}

TEST(Saturation, IsTheSameInOpenMetrics) {
  Histogram histogram({{kHalf, kHalf, 5, 1}});
  exposition::BufferWriter writer{exposition::TextBuffer()};
  exposition::OpenMetricsPage({}).Write(*histogram.collector->Take(), writer);
  const std::string page(writer.Finish().view());
  for (const char* line :
       {"_bucket{le=\"2.0\"} 1.8446744073709551615e+19\n",
        "_bucket{le=\"+Inf\"} 1.8446744073709551615e+19\n", "_count 1.8446744073709551615e+19\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
}

// The field of that number with a varint of 64 bits, all set.
std::string Largest(char field) {
  return std::string{static_cast<char>(field << 3)} + std::string(9, '\xff') + '\x01';
}

TEST(Saturation, IsTheSameInProtobufWithoutNativeBuckets) {
  const auto page_of = [](const std::vector<std::uint64_t>& row) {
    Histogram histogram({row});
    exposition::BufferWriter writer{exposition::TextBuffer()};
    exposition::ProtobufPage({}).Write(*histogram.collector->Take(), writer);
    return std::string(writer.Finish().view());
  };
  const std::string zero_threshold = std::string("\x28\x00\x31", 3);
  const std::string page = page_of({kHalf, kHalf, 5, 1});
  EXPECT_NE(page.find(Largest(1) + '\x11'), std::string::npos) << "the count, before the sum";
  EXPECT_NE(page.find("\x1a\x14" + Largest(1)), std::string::npos) << "a cumulative count";
  EXPECT_EQ(page.find(zero_threshold), std::string::npos);
  EXPECT_NE(page_of({1, 2, 3, 1}).find(zero_threshold), std::string::npos);
  EXPECT_NE(page_of({kHalf - 1, 0, 0, 1}).find(zero_threshold), std::string::npos);
  EXPECT_EQ(page_of({kHalf, 0, 0, 1}).find(zero_threshold), std::string::npos);
}

}  // namespace
}  // namespace bpf_exporter::metrics
