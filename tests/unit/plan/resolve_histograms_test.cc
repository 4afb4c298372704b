// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>

#include "unit/plan/plan_object.h"
#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

using Numbers = std::vector<std::uint64_t>;
using Bounds = std::vector<double>;

ResolvedMetricPlan Histogram(const std::string& metric) {
  return ResolveMetricOf("histograms", metric);
}

ResolvedMetricPlan Latency(const std::string& buckets) {
  return Histogram("map: latency, labels: [device, op, bucket], " + buckets);
}

TEST(Histogram, TakesTheBucketFromTheLastLabel) {
  const ResolvedMetricPlan made = Latency("bucket_type: exp2, bucket_max: 3");
  const MetricPlan& metric = made.metric();
  ASSERT_TRUE(metric.histogram.bucket.has_value());
  EXPECT_EQ(metric.histogram.bucket->name, "bucket");
  EXPECT_EQ(metric.histogram.bucket->offset, offsetof(LatencyKey, bucket));
  EXPECT_EQ(metric.histogram.bucket->size, 8u);
  EXPECT_EQ(Shown(*metric.histogram.bucket, std::uint64_t{27}), "27");
  ASSERT_EQ(metric.labels.size(), 2u);
  EXPECT_EQ(metric.labels[0].name, "device");
  EXPECT_EQ(metric.labels[1].name, "op");
  EXPECT_EQ(metric.value.width, 8u);
  EXPECT_FALSE(metric.histogram.array.has_value());
}

TEST(Histogram, HasPowersOfTwoForExp2) {
  const ResolvedMetricPlan made =
      Latency("bucket_type: exp2, bucket_min: 1, bucket_max: 4, bucket_multiplier: 0.000001");
  const HistogramPlan& plan = made.metric().histogram;
  EXPECT_EQ(plan.numbers, (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(plan.bounds, (Bounds{0.000002, 0.000004, 0.000008, 0.000016}));
  EXPECT_EQ(plan.type, config::BucketType::kExp2);
  EXPECT_EQ(plan.sum_number, 5u);
  EXPECT_EQ(plan.multiplier, 0.000001);
}

TEST(Histogram, BeginsAtZeroForExp2Zero) {
  const ResolvedMetricPlan made = Latency("bucket_type: exp2zero, bucket_max: 4");
  const HistogramPlan& plan = made.metric().histogram;
  EXPECT_EQ(plan.numbers, (Numbers{0, 1, 2, 3, 4}));
  EXPECT_EQ(plan.bounds, (Bounds{0, 1, 2, 4, 8}));
  EXPECT_EQ(plan.type, config::BucketType::kExp2Zero);
  EXPECT_EQ(plan.sum_number, 5u);
  EXPECT_EQ(plan.multiplier, 1);
}

TEST(Histogram, CountsForLinear) {
  const ResolvedMetricPlan made =
      Latency("bucket_type: linear, bucket_min: 3, bucket_max: 5, bucket_multiplier: 0.1");
  const HistogramPlan& plan = made.metric().histogram;
  EXPECT_EQ(plan.numbers, (Numbers{3, 4, 5}));
  EXPECT_EQ(plan.bounds, (Bounds{3 * 0.1, 4 * 0.1, 5 * 0.1}));
  EXPECT_EQ(plan.type, config::BucketType::kLinear);
  EXPECT_EQ(plan.sum_number, 6u);
}

TEST(Histogram, SortsTheKeysForFixed) {
  const ResolvedMetricPlan made = Latency("bucket_type: fixed, bucket_keys: [10, 5, 100]");
  const HistogramPlan& plan = made.metric().histogram;
  EXPECT_EQ(plan.numbers, (Numbers{5, 10, 100}));
  EXPECT_EQ(plan.bounds, (Bounds{5, 10, 100}));
  EXPECT_EQ(plan.type, config::BucketType::kFixed);
  EXPECT_EQ(plan.sum_number, 101u);
}

TEST(Histogram, FindsTheSumAfterTheLastKeyAsItWasWritten) {
  const ResolvedMetricPlan made = Latency("bucket_type: fixed, bucket_keys: [10, 100, 50]");
  EXPECT_EQ(made.metric().histogram.sum_number, 51u);
}

TEST(Histogram, KeepsKeysThatNoRowHas) {
  const Resolved resolved =
      ResolveYaml("test.yaml",
                  "metrics: {histograms: [{name: latency, help: Latency, labels: [bucket], "
                  "bucket_type: fixed, bucket_keys: [1, 2.5, 4]}]}");
  ASSERT_TRUE(resolved.plan.has_value()) << resolved.messages;
  const HistogramPlan& plan = resolved.plan->maps.at(0).metrics.at(0)->histogram;
  EXPECT_EQ(plan.bounds, (Bounds{1, 2.5, 4}));
  EXPECT_EQ(plan.numbers, (Numbers{1, 1, 4}));
}

TEST(Histogram, TakesTheLabelBeforeCpuForTheBucket) {
  const ResolvedMetricPlan made = Histogram(
      "map: latency_percpu, bucket_type: exp2, bucket_max: 9, labels: ["
      "{name: device, size: 4, decoders: [{name: uint}]}, "
      "{name: op, size: 4, decoders: [{name: uint}]}, "
      "{name: bucket, size: 8, decoders: [{name: uint}]}, "
      "{name: cpu, size: 2, decoders: [{name: uint}]}]");
  EXPECT_EQ(made.metric().histogram.bucket->name, "bucket");
  EXPECT_EQ(made.metric().histogram.bucket->offset, offsetof(LatencyKey, bucket));
  ASSERT_EQ(made.metric().labels.size(), 3u);
  EXPECT_TRUE(made.label("cpu").is_cpu);
}

TEST(Histogram, MaySplitByCpuAnywhere) {
  const ResolvedMetricPlan made = Histogram(
      "map: latency_percpu, bucket_type: exp2, bucket_max: 9, labels: [cpu, device, bucket]");
  EXPECT_TRUE(made.label("cpu").is_cpu);
  EXPECT_EQ(made.metric().histogram.bucket->name, "bucket");
}

TEST(Histogram, MayHaveItsBucketsInTheValue) {
  const ResolvedMetricPlan made = Histogram(
      "map: ops, labels: [device], value: {buckets: slots, sum: sum}, bucket_type: exp2, "
      "bucket_max: 7");
  const HistogramPlan& plan = made.metric().histogram;
  EXPECT_FALSE(plan.bucket.has_value());
  ASSERT_TRUE(plan.array.has_value());
  EXPECT_EQ(plan.array->offset, offsetof(OpsValue, slots));
  EXPECT_EQ(plan.array->width, 4u);
  EXPECT_EQ(plan.array_size, 8u);
  ASSERT_TRUE(plan.sum.has_value());
  EXPECT_EQ(plan.sum->offset, offsetof(OpsValue, sum));
  EXPECT_EQ(plan.sum->width, 8u);
  EXPECT_FALSE(plan.sum->is_signed);
  EXPECT_EQ(plan.numbers.front(), 0u);
  EXPECT_EQ(plan.numbers.back(), 7u);
  ASSERT_EQ(made.metric().labels.size(), 1u);
}

TEST(Histogram, KeepsTheSignOfItsSumField) {
  const ResolvedMetricPlan made = Histogram(
      "map: ops, labels: [device], value: {buckets: slots, sum: inflight}, bucket_type: exp2, "
      "bucket_max: 7");
  ASSERT_TRUE(made.metric().histogram.sum.has_value());
  EXPECT_TRUE(made.metric().histogram.sum->is_signed);
}

TEST(Histogram, OfOneRowNeedsNoLabels) {
  const ResolvedMetricPlan made =
      Histogram("map: one, value: {buckets: slots}, bucket_type: exp2, bucket_max: 7");
  EXPECT_TRUE(made.metric().labels.empty());
  EXPECT_FALSE(made.metric().histogram.sum.has_value());
}

TEST(NativeBuckets, AreThoseOfExp2WithBoundsThatArePowersOfTwo) {
  EXPECT_EQ(Latency("bucket_type: exp2, bucket_max: 4").metric().histogram.native,
            (NativeBuckets{0, 1}));
  EXPECT_EQ(Latency("bucket_type: exp2, bucket_min: 3, bucket_max: 9, bucket_multiplier: 0.125")
                .metric()
                .histogram.native,
            (NativeBuckets{0, 1}));
  EXPECT_EQ(Latency("bucket_type: exp2zero, bucket_max: 4, bucket_multiplier: 1024")
                .metric()
                .histogram.native,
            (NativeBuckets{0, 10}));
  EXPECT_EQ(
      Latency("bucket_type: exp2zero, bucket_min: 2, bucket_max: 4").metric().histogram.native,
      (NativeBuckets{0, 2}));
}

TEST(NativeBuckets, AreNoneWhereTheyWouldNotBeExact) {
  for (const char* buckets : {"bucket_type: exp2, bucket_max: 4, bucket_multiplier: 0.000001",
                              "bucket_type: exp2zero, bucket_max: 4, bucket_multiplier: 3",
                              "bucket_type: linear, bucket_min: 1, bucket_max: 2",
                              "bucket_type: fixed, bucket_keys: [1, 2, 4]"}) {
    EXPECT_EQ(Latency(buckets).metric().histogram.native, std::nullopt) << buckets;
  }
}

// A histogram over the maps of native.bpf.o.
Resolved Native(const std::string& metric) {
  return ResolveYaml("test.yaml",
                     "probes: [{program: observe, xdp: {interface: lo}}]\n"
                     "metrics: {histograms: [{name: a, help: A, bucket_type: native, " +
                         metric + "}]}\n",
                     {}, "native");
}

TEST(NativeHistogram, IsWhatTheTypeOfTheValueSays) {
  const Resolved made = Native("map: units_3");
  ASSERT_EQ(made.messages, "");
  const HistogramPlan& plan = made.plan->maps.at(0).metrics.at(0)->histogram;
  EXPECT_EQ(plan.native, (NativeBuckets{3, -7}));
  EXPECT_EQ(plan.numbers.size(), 63u * 8 + 2);
  EXPECT_EQ(plan.numbers.back(), 63u * 8 + 1);
  EXPECT_EQ(plan.array_size, plan.numbers.size());
  EXPECT_EQ(plan.array->offset, 0u);
  EXPECT_EQ(plan.array->width, 8u);
  EXPECT_EQ(plan.sum->offset, plan.numbers.size() * 8);
  EXPECT_EQ(plan.multiplier, 1);
  ASSERT_EQ(plan.bounds.size(), 64u);
  EXPECT_EQ(plan.bounds.front(), 0.5);
  EXPECT_EQ(plan.bounds.back(), 0x1p62);
}

TEST(NativeHistogram, MayBeAFieldAndHaveLabels) {
  const Resolved made = Native("map: requests, value: seconds, labels: [id]");
  ASSERT_EQ(made.messages, "");
  const MetricPlan& metric = *made.plan->maps.at(0).metrics.at(0);
  const HistogramPlan& plan = metric.histogram;
  EXPECT_EQ(metric.labels.size(), 1u);
  EXPECT_FALSE(plan.bucket.has_value());
  EXPECT_EQ(plan.native, (NativeBuckets{3, -159}));
  EXPECT_EQ(plan.array->offset, 8 + (17 * 4 + 3) * 8u);
  EXPECT_EQ(plan.sum->offset, plan.array->offset + (26 * 8 + 2) * 8u);
  EXPECT_EQ(plan.multiplier, 1e-9);
  EXPECT_EQ(plan.bounds.front(), 0x1p-20);
  EXPECT_EQ(plan.bounds.back(), 64);
}

TEST(NativeHistogram, IsNoOtherStruct) {
  EXPECT_EQ(Native("map: requests, labels: [id]").messages,
            "test.yaml:2:56: error: the value of map 'requests' is struct served, not a "
            "BX_NATIVE_HISTOGRAM or BX_NATIVE_SECONDS of bpf_exporter.bpf.h; fields that are: "
            "bytes, seconds\n"
            "  metrics: {histograms: [{name: a, help: A, bucket_type: native, map: requests, "
            "labels: [id]}]}\n"
            "                                                         ^\n");
  EXPECT_EQ(Native("map: requests, value: count, labels: [id]").messages,
            "test.yaml:2:86: error: field 'count' is __u32, not a BX_NATIVE_HISTOGRAM or "
            "BX_NATIVE_SECONDS of bpf_exporter.bpf.h; fields that are: bytes, seconds\n"
            "  …ame: a, help: A, bucket_type: native, map: requests, value: count, labels: "
            "[id]}]}\n"
            "                                                               ^\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
