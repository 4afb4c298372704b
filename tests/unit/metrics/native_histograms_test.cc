// SPDX-License-Identifier: Apache-2.0
// Histograms in the buckets of native ones, from rows to the page and to what native_buckets() has.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "unit/metrics/fixture.h"

namespace bpf_exporter::metrics {
namespace {

using Counts = std::vector<std::uint64_t>;

// As BX_NATIVE_SECONDS(1, -1, 1) has it: up to 2^-1 s, 2^-0.5, 2^0, 2^0.5, 2^1, above.
constexpr std::uint32_t kBuckets = 6;
constexpr std::uint32_t kValueSize = (kBuckets + 1) * 8;

plan::MetricPlan Latency() {
  plan::MetricPlan metric =
      Metric(config::MetricKind::kHistogram, "latency_seconds", {Label("id", 0, 1, TextDecoder())});
  plan::HistogramPlan& histogram = metric.histogram;
  histogram.type = config::BucketType::kNative;
  histogram.native = plan::NativeBuckets{1, -1};
  histogram.numbers = {0, 1, 2, 3, 4, 5};
  histogram.bounds = {0.5, 1, 2};
  histogram.sum_number = ~std::uint64_t{0};
  histogram.multiplier = 1e-9;
  histogram.array = plan::ValueField{0, 8, false};
  histogram.array_size = kBuckets;
  histogram.sum = plan::ValueField{kBuckets * 8, 8, false};
  return metric;
}

FakeMap::Row Row(const std::string& key, const Counts& counts, std::uint64_t sum) {
  FakeMap::Row row{key, ""};
  for (const std::uint64_t count : counts) row.value += Bytes(count);
  row.value += Bytes(sum);
  return row;
}

std::string Lines(const std::string& id, const Counts& cumulative, const std::string& sum) {
  const char* bounds[] = {"0.5", "1", "2", "+Inf"};
  std::string text;
  for (std::size_t i = 0; i < cumulative.size(); ++i) {
    text += "latency_seconds_bucket{id=\"" + id + "\",le=\"" + bounds[i] + "\"} " +
            std::to_string(cumulative[i]) + "\n";
  }
  return text + "latency_seconds_sum{id=\"" + id + "\"} " + sum + "\nlatency_seconds_count{id=\"" +
         id + "\"} " + std::to_string(cumulative.back()) + "\n";
}

constexpr const char* kHead = "# HELP latency_seconds Help\n# TYPE latency_seconds histogram\n";

Counts NativeOf(const Snapshot& snapshot, const std::string& id) {
  Counts counts;
  snapshot.families.at(0).ForEachSample([&](const Sample& sample) {
    if (sample.labels().text() != "id=\"" + id + "\"") return;
    counts.assign(sample.native_buckets().begin(), sample.native_buckets().end());
  });
  return counts;
}

TEST(NativeHistograms, AreClassicOnesWithABoundAtEveryDoubling) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {Row("a", {1, 20, 300, 4000, 50000, 600000}, 1'500'000'000)};
  Fixture fixture(SourceList(Source("m", map, 1, kValueSize, {Latency()})));
  EXPECT_EQ(fixture.TakePage(), kHead + Lines("a", {1, 321, 54321, 654321}, "1.5"));
  EXPECT_EQ(NativeOf(*fixture.collector.Latest(), "a"), (Counts{1, 20, 300, 4000, 50000, 600000}));
}

TEST(NativeHistograms, OfSeveralCpusKeysAndMapsAreSummed) {
  auto first = std::make_shared<FakeMap>();
  first->cpus = 2;
  first->rows = {Row("a", {1, 2, 3, 4, 5, 6}, 1'000'000'000), Row("b", {0, 0, 0, 0, 0, 0}, 0)};
  first->rows[0].value += Row("", {10, 0, 0, 0, 0, 1}, 500'000'000).value;
  first->rows[1].value += Row("", {0, 1, 0, 0, 0, 0}, 750'000'000).value;
  auto second = std::make_shared<FakeMap>();
  second->rows = {Row("a", {0, 1, 0, 0, 1, 0}, 3'000'000'000)};
  Fixture fixture(SourceList(Source("m", first, 1, kValueSize, {Latency()}),
                             Source("n", second, 1, kValueSize, {Latency()})));
  const std::string page = fixture.TakePage();
  const Counts a = NativeOf(*fixture.collector.Latest(), "a");
  EXPECT_EQ(a, (Counts{11, 3, 3, 4, 6, 7}));
  EXPECT_EQ(page, kHead + Lines("a", {11, 17, 27, 34}, "4.5") + Lines("b", {0, 1, 1, 1}, "0.75"));
  EXPECT_EQ(std::accumulate(a.begin(), a.end(), std::uint64_t{0}), 34u);
}

// A key that goes takes its counts with it, whole; one that comes back begins anew.
TEST(NativeHistograms, GoAndBeginAgainWithTheirKey) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {Row("a", {1, 2, 3, 4, 5, 6}, 1'000'000'000),
               Row("b", {1, 0, 0, 0, 0, 0}, 1'000'000'000)};
  Fixture fixture(SourceList(Source("m", map, 1, kValueSize, {Latency()})));
  fixture.TakePage();
  map->rows.erase(map->rows.begin());
  EXPECT_EQ(fixture.TakePage(), kHead + Lines("b", {1, 1, 1, 1}, "1"));
  map->rows.push_back(Row("a", {0, 0, 0, 1, 0, 0}, 1'200'000'000));
  fixture.TakePage();
  EXPECT_EQ(NativeOf(*fixture.collector.Latest(), "a"), (Counts{0, 0, 0, 1, 0, 0}));
}

TEST(NativeHistograms, OfEqualBoundsButOtherBucketsDoNotAddUp) {
  auto map = std::make_shared<FakeMap>();
  plan::MetricPlan classic = Latency();
  classic.histogram.native.reset();
  EXPECT_THROW(Collector(SourceList(Source("m", map, 1, kValueSize, {Latency()}),
                                    Source("n", map, 1, kValueSize, {classic}))),
               std::logic_error);
}

}  // namespace
}  // namespace bpf_exporter::metrics
