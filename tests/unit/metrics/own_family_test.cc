// SPDX-License-Identifier: Apache-2.0
#include "metrics/own_family.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>

namespace bpf_exporter::metrics {
namespace {

constexpr SelfMetric kRequests = SelfCounter("requests_total", "path,code", "Requests");
constexpr SelfMetric kPlaces = SelfGauge("places", "id,place?", "Places");
constexpr SelfMetric kBytes = SelfGauge("bytes", "", "Bytes");

using Values = std::map<std::string, double>;

Values ValuesOf(const FamilySnapshot& family) {
  Values values;
  family.ForEachSample([&](const Sample& sample) {
    EXPECT_EQ(sample.value().type, NumberType::kDouble);
    EXPECT_TRUE(values.emplace(sample.labels().text(), sample.value().AsDouble()).second);
  });
  EXPECT_EQ(values.size(), family.series);
  return values;
}

// What the registry itself says of all its families. The values of these tests need no escaping.
Values ValuesOf(const prometheus::Registry& registry) {
  Values values;
  for (const prometheus::MetricFamily& family : registry.Collect()) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      std::string labels;
      for (const auto& label : metric.label) {
        labels += (labels.empty() ? "" : ",") + label.name + "=\"" + label.value + "\"";
      }
      const bool counter = family.type == prometheus::MetricType::Counter;
      values[labels] = counter ? metric.counter.value : metric.gauge.value;
    }
  }
  return values;
}

TEST(OwnFamily, LeavesOutALabelThatMayBeEmpty) {
  prometheus::Registry registry;
  OwnFamily family(kPlaces, "", registry);
  family.Set({"1", ""}, 1);
  family.Set({"2", "eth0"}, 2);
  family.Set({"", "eth0"}, 3);
  const Values expected = {
      {"id=\"1\"", 1}, {"id=\"2\",place=\"eth0\"", 2}, {"id=\"\",place=\"eth0\"", 3}};
  EXPECT_EQ(ValuesOf(family.Snapshot()), expected);
  EXPECT_EQ(ValuesOf(registry), expected);
}

TEST(OwnFamily, ForgetsWhatIsRemoved) {
  prometheus::Registry registry;
  OwnFamily family(kPlaces, "", registry);
  family.Set({"1", ""}, 1);
  family.Set({"2", "eth0"}, 2);
  const FamilySnapshot before = family.Snapshot();
  family.Remove({"1", ""});
  family.Remove({"2", "eth1"});
  const Values expected = {{"id=\"2\",place=\"eth0\"", 2}};
  EXPECT_EQ(ValuesOf(family.Snapshot()), expected);
  EXPECT_EQ(ValuesOf(registry), expected);
  EXPECT_EQ(ValuesOf(before).size(), 2u) << "a snapshot stays as it is";
}

TEST(OwnFamily, ShowsWhatTheRegistryHolds) {
  prometheus::Registry registry;
  OwnFamily family(kRequests, "p_", registry);
  EXPECT_EQ(family.Snapshot().series, 0u);
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    const std::string path = "/" + std::to_string(random() % 12);
    const std::string code = std::to_string(random() % 5);
    if (random() % 2 == 0) {
      family.Increment({path, code});
    } else {
      family.Set({path, code}, random() % 100 / 8.0);
    }
    ASSERT_EQ(ValuesOf(family.Snapshot()), ValuesOf(registry));
  }
  EXPECT_EQ(family.Snapshot().name(), "p_requests_total");
  EXPECT_EQ(family.Snapshot().series, 60u);
}

TEST(OwnFamily, KeepsSnapshotsAsTheyWere) {
  prometheus::Registry registry;
  OwnFamily family(kRequests, "", registry);
  family.Set({"/b", "200"}, 1);
  const FamilySnapshot before = family.Snapshot();
  family.Set({"/b", "200"}, 2);
  family.Set({"/a", "200"}, 3);
  EXPECT_EQ(ValuesOf(before), (Values{{"code=\"200\",path=\"/b\"", 1}}));
  EXPECT_EQ(ValuesOf(family.Snapshot()),
            (Values{{"code=\"200\",path=\"/a\"", 3}, {"code=\"200\",path=\"/b\"", 2}}));
}

TEST(OwnFamily, LetsGaugesFallAndCountersNot) {
  prometheus::Registry registry;
  OwnFamily counter(kRequests, "", registry);
  OwnFamily gauge(kBytes, "", registry);
  for (const double value : {5.0, 3.0}) {
    counter.Set({"/", "200"}, value);
    gauge.Set({}, value);
  }
  EXPECT_EQ(ValuesOf(counter.Snapshot()), (Values{{"code=\"200\",path=\"/\"", 5}}));
  EXPECT_EQ(ValuesOf(gauge.Snapshot()), (Values{{"", 3}}));
}

TEST(OwnFamily, CountsForSeveralThreadsWhileItIsShown) {
  prometheus::Registry registry;
  OwnFamily family(kRequests, "", registry);
  std::atomic<int> running = 4;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&family, &running, thread] {
      for (int i = 0; i < 1000; ++i) family.Increment({std::to_string(i % 50 + thread), "200"});
      --running;
    });
  }
  while (running > 0) ValuesOf(family.Snapshot());
  for (std::thread& thread : threads) thread.join();
  double sum = 0;
  for (const auto& [labels, value] : ValuesOf(family.Snapshot())) sum += value;
  EXPECT_EQ(sum, 4000);
}

}  // namespace
}  // namespace bpf_exporter::metrics
