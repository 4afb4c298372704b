// SPDX-License-Identifier: Apache-2.0
#include "plan/families.h"

#include <gtest/gtest.h>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

ConfigPlan Plan(const std::string& name, const std::string& metrics) {
  Resolved resolved = ResolveYaml(name + ".yaml", "metrics: {" + metrics + "}");
  EXPECT_EQ(resolved.messages, "");
  ConfigPlan plan = *std::move(resolved.plan);
  for (MapPlan& map : plan.maps) {
    for (auto& metric : map.metrics) {
      auto named = std::make_shared<MetricPlan>(*metric);
      named->config = name;
      metric = named;
    }
  }
  return plan;
}

// What the error says, without its place.
std::string Clash(const ConfigPlan& before, const ConfigPlan& added) {
  config::Diagnostics diagnostics("b.yaml", "");
  CheckFamilies({&before}, added, diagnostics);
  const std::string text = diagnostics.Render();
  const std::size_t start = text.find("error: ");
  return start == std::string::npos ? text : text.substr(start + 7, text.size() - start - 8);
}

constexpr const char* kCounter = "counters: [{name: x, help: H, map: slots, labels: [slot]}]";

TEST(Families, OfTwoConfigurationsMayBeOne) {
  EXPECT_EQ(Clash(Plan("a", kCounter),
                  Plan("b", "counters: [{name: x, help: H, map: by_pid, labels: [slot]}]")),
            "");
}

TEST(Families, HaveOneKind) {
  EXPECT_EQ(Clash(Plan("a", kCounter),
                  Plan("b", "gauges: [{name: x, help: H, map: slots, labels: [slot]}]")),
            "metric 'ebpf_exporter_x' is a gauge in config 'b', but a counter in config 'a'");
}

TEST(Families, HaveTheSameLabels) {
  EXPECT_EQ(Clash(Plan("a", kCounter),
                  Plan("b", "counters: [{name: x, help: H, map: flows, labels: [op, device]}]")),
            "metric 'ebpf_exporter_x' has the labels device, op in config 'b', but slot in config "
            "'a'");
  EXPECT_EQ(
      Clash(Plan("a", "counters: [{name: x, help: H, map: one, value: ops}]"), Plan("b", kCounter)),
      "metric 'ebpf_exporter_x' has the labels slot in config 'b', but none in config 'a'");
}

TEST(Families, HaveTheSameHelp) {
  EXPECT_EQ(Clash(Plan("a", kCounter),
                  Plan("b", "counters: [{name: x, help: Other, map: slots, labels: [slot]}]")),
            "metric 'ebpf_exporter_x' has the help 'Other' in config 'b', but 'H' in config 'a'");
}

TEST(Families, HaveTheSameBuckets) {
  const std::string histogram =
      "histograms: [{name: x, help: H, map: latency, labels: [bucket], bucket_type: exp2, "
      "bucket_max: ";
  EXPECT_EQ(Clash(Plan("a", histogram + "7}]"), Plan("b", histogram + "8}]")),
            "metric 'ebpf_exporter_x' has other buckets in config 'b' than in config 'a'");
  // 2, 4 and 8 in both, but the rows of one number mean different bounds.
  EXPECT_EQ(Clash(Plan("a", histogram + "3, bucket_min: 1}]"),
                  Plan("b", histogram + "2, bucket_multiplier: 2}]")),
            "metric 'ebpf_exporter_x' has other buckets in config 'b' than in config 'a'");
}

TEST(Families, TakeNoNamesOfAHistogramsSeries) {
  const ConfigPlan histogram = Plan("a",
                                    "histograms: [{name: x, help: H, map: latency, labels: "
                                    "[bucket], bucket_type: exp2, bucket_max: 7}]");
  const ConfigPlan counter =
      Plan("b", "counters: [{name: x_count, help: H, map: slots, labels: [slot]}]");
  EXPECT_EQ(Clash(histogram, counter),
            "metric 'ebpf_exporter_x_count' of config 'b' and metric 'ebpf_exporter_x' of config "
            "'a' would have series of one name");
  EXPECT_EQ(Clash(counter, histogram),
            "metric 'ebpf_exporter_x' of config 'a' and metric 'ebpf_exporter_x_count' of config "
            "'b' would have series of one name");
}

// In OpenMetrics, which says `x` and `x_total` of one counter.
TEST(Families, TakeNoNamesOfAnotherInOpenMetrics) {
  const auto plan = [](const char* config, const std::string& kind, const std::string& name) {
    const std::string rest =
        kind == "histograms" ? "map: latency, labels: [bucket], bucket_type: exp2, bucket_max: 7"
                             : "map: slots, labels: [slot]";
    return Plan(config, kind + ": [{name: " + name + ", help: H, " + rest + "}]");
  };
  const ConfigPlan counter = plan("a", "counters", "x_total");
  for (const char* taken : {"x", "x_created"}) {
    const std::string text = "metric 'ebpf_exporter_" + std::string(taken) + "' of config 'b'";
    EXPECT_EQ(Clash(counter, plan("b", "gauges", taken)),
              text +
                  " and metric 'ebpf_exporter_x_total' of config 'a' would have one name in "
                  "OpenMetrics, where counters have '_total' and '_created' behind theirs and "
                  "histograms '_created'");
    EXPECT_NE(Clash(plan("b", "gauges", taken), counter), "");
  }
  EXPECT_NE(Clash(counter, plan("b", "counters", "x")), "");
  EXPECT_NE(Clash(counter, plan("b", "histograms", "x")), "");
  EXPECT_NE(Clash(plan("a", "histograms", "x"), plan("b", "gauges", "x_created")), "");
  for (const char* free : {"x_tot", "y", "x_total_y", "x_count", "x_total_created"}) {
    EXPECT_EQ(Clash(counter, plan("b", "gauges", free)), "") << free;
  }
  EXPECT_EQ(Clash(plan("a", "counters", "x"), plan("b", "gauges", "x_created")), "")
      << "a counter without _total is of the type unknown";
}

}  // namespace
}  // namespace bpf_exporter::plan
