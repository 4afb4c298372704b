// SPDX-License-Identifier: Apache-2.0
#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

TEST(CloudflareFiles, ReadsLabelsWithSizesPaddingAndDecoders) {
  const Config config = ParseGood("good/cloudflare_counter.yaml");
  ASSERT_EQ(config.metrics.size(), 2u);
  const MetricSpec& metric = config.metrics[0];
  EXPECT_EQ(metric.kind, MetricKind::kCounter);
  EXPECT_EQ(metric.name.value, "disk_requests_total");
  EXPECT_EQ(metric.name.at.line, 3);
  EXPECT_EQ(metric.name.at.column, 13);
  EXPECT_EQ(metric.help, "Requests by device and operation");
  EXPECT_EQ(metric.map.value, "");
  EXPECT_EQ(metric.value.value, "");
  EXPECT_FALSE(metric.skip_zero);
  EXPECT_FALSE(metric.max_series);
  ASSERT_EQ(metric.labels.size(), 2u);
  EXPECT_EQ(metric.labels[0].name.value, "device");
  EXPECT_EQ(metric.labels[0].size, 4u);
  EXPECT_FALSE(metric.labels[0].padding);
  ASSERT_EQ(metric.labels[0].decoders.size(), 1u);
  EXPECT_EQ(metric.labels[0].decoders[0].name.value, "majorminor");
  EXPECT_FALSE(metric.labels[0].decoders[0].static_map);
  EXPECT_EQ(metric.labels[1].size, 1u);
  EXPECT_EQ(metric.labels[1].padding, 3u);
}

TEST(CloudflareFiles, KeepsScalarsOfStaticMapsAsTheyAreWritten) {
  const Config config = ParseGood("good/cloudflare_counter.yaml");
  ASSERT_EQ(config.metrics.size(), 2u);
  const DecoderSpec& decoder = config.metrics[0].labels.at(1).decoders.at(1);
  EXPECT_EQ(decoder.name.value, "static_map");
  EXPECT_TRUE(decoder.allow_unknown);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"0", "read"}, {"0x1", "write"}, {"yes", "010"}, {"quoted", ""}};
  EXPECT_EQ(decoder.static_map, expected);
}

TEST(CloudflareFiles, ReadsPerfEventCounters) {
  const Config config = ParseGood("good/cloudflare_counter.yaml");
  ASSERT_EQ(config.metrics.size(), 2u);
  const MetricSpec& metric = config.metrics[1];
  EXPECT_EQ(metric.help, "Processes that the kernel killed");
  EXPECT_TRUE(metric.perf_event_array);
  EXPECT_FALSE(metric.ringbuf);
  EXPECT_EQ(std::chrono::minutes(90), metric.flush_interval);
  const auto& regexps = metric.labels.at(0).decoders.at(1).regexps;
  ASSERT_TRUE(regexps);
  ASSERT_EQ(regexps->size(), 2u);
  EXPECT_EQ((*regexps)[0].value, "^(.*)\\.service$");
}

TEST(CloudflareFiles, TakesAnExpressionThatMatchesEverything) {
  EXPECT_EQ(Complaints("cgroup_id_map: {name: cgroups, regexps: ['']}\n"
                       "metrics:\n"
                       "  counters:\n"
                       "    - name: units_total\n"
                       "      help: Units\n"
                       "      labels:\n"
                       "        - name: unit\n"
                       "          size: 16\n"
                       "          decoders: [{name: regexp, regexps: ['^ssh', \"\"]}]\n"),
            "");
}

TEST(CloudflareFiles, RefusesAnExpressionThatIsNotThere) {
  EXPECT_EQ(Complaints("metrics: {counters: []}\n"
                       "cgroup_id_map: {name: cgroups, regexps: [~]}\n"),
            "t.yaml:2:42: error: regexps: expected text, not nothing\n"
            "  cgroup_id_map: {name: cgroups, regexps: [~]}\n"
            "                                           ^\n");
}

TEST(CloudflareFiles, ReadsEveryKindOfBucket) {
  const Config config = ParseGood("good/cloudflare_histogram.yaml");
  ASSERT_EQ(config.metrics.size(), 4u);
  const HistogramSpec& exp2 = config.metrics[0].histogram;
  EXPECT_EQ(exp2.type, BucketType::kExp2);
  EXPECT_EQ(exp2.min, 0);
  EXPECT_EQ(exp2.max, 26);
  EXPECT_EQ(exp2.multiplier, 0.000001);
  EXPECT_FALSE(exp2.buckets_field);
  const HistogramSpec& exp2zero = config.metrics[1].histogram;
  EXPECT_EQ(exp2zero.type, BucketType::kExp2Zero);
  EXPECT_FALSE(exp2zero.min);
  EXPECT_EQ(exp2zero.multiplier, 0);
  const HistogramSpec& linear = config.metrics[2].histogram;
  EXPECT_EQ(linear.type, BucketType::kLinear);
  EXPECT_EQ(linear.max, 64);
  EXPECT_EQ(linear.multiplier, 1000);
  const HistogramSpec& fixed = config.metrics[3].histogram;
  EXPECT_EQ(fixed.type, BucketType::kFixed);
  EXPECT_EQ(fixed.keys, (std::vector<double>{512, 4096, 1048576}));
}

}  // namespace
}  // namespace bpf_exporter::config
