// SPDX-License-Identifier: Apache-2.0
#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

TEST(PeerDialect, ReadsLabelsWithSizesPaddingAndDecoders) {
  const Config config = ParseGood("good/peer_counter.yaml");
  ASSERT_EQ(2u, config.metrics.size());
  const MetricSpec& metric = config.metrics[0];
  EXPECT_EQ(MetricKind::kCounter, metric.kind);
  EXPECT_EQ("disk_requests_total", metric.name.value);
  EXPECT_EQ(3, metric.name.at.line);
  EXPECT_EQ(13, metric.name.at.column);
  EXPECT_EQ("Requests by device and operation", metric.help);
  EXPECT_EQ("", metric.map.value);
  EXPECT_EQ("", metric.value.value);
  EXPECT_FALSE(metric.skip_zero);
  EXPECT_FALSE(metric.max_series);
  ASSERT_EQ(2u, metric.labels.size());
  EXPECT_EQ("device", metric.labels[0].name.value);
  EXPECT_EQ(4u, metric.labels[0].size);
  EXPECT_FALSE(metric.labels[0].padding);
  ASSERT_EQ(1u, metric.labels[0].decoders.size());
  EXPECT_EQ("majorminor", metric.labels[0].decoders[0].name.value);
  EXPECT_FALSE(metric.labels[0].decoders[0].static_map);
  EXPECT_EQ(1u, metric.labels[1].size);
  EXPECT_EQ(3u, metric.labels[1].padding);
}

TEST(PeerDialect, KeepsScalarsOfStaticMapsAsTheyAreWritten) {
  const Config config = ParseGood("good/peer_counter.yaml");
  ASSERT_EQ(2u, config.metrics.size());
  const DecoderSpec& decoder = config.metrics[0].labels.at(1).decoders.at(1);
  EXPECT_EQ("static_map", decoder.name.value);
  EXPECT_TRUE(decoder.allow_unknown);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"0", "read"}, {"0x1", "write"}, {"yes", "010"}, {"quoted", ""}};
  EXPECT_EQ(expected, decoder.static_map);
}

TEST(PeerDialect, ReadsPerfEventCounters) {
  const Config config = ParseGood("good/peer_counter.yaml");
  ASSERT_EQ(2u, config.metrics.size());
  const MetricSpec& metric = config.metrics[1];
  EXPECT_EQ("Processes that the kernel killed", metric.help);
  EXPECT_TRUE(metric.perf_event_array);
  EXPECT_FALSE(metric.ringbuf);
  EXPECT_EQ(std::chrono::minutes(90), metric.flush_interval);
  const auto& regexps = metric.labels.at(0).decoders.at(1).regexps;
  ASSERT_TRUE(regexps);
  ASSERT_EQ(2u, regexps->size());
  EXPECT_EQ("^(.*)\\.service$", (*regexps)[0].value);
}

TEST(PeerDialect, TakesAnExpressionThatMatchesEverything) {
  EXPECT_EQ("", Complaints("cgroup_id_map: {name: cgroups, regexps: ['']}\n"
                           "metrics:\n"
                           "  counters:\n"
                           "    - name: units_total\n"
                           "      help: Units\n"
                           "      labels:\n"
                           "        - name: unit\n"
                           "          size: 16\n"
                           "          decoders: [{name: regexp, regexps: ['^ssh', \"\"]}]\n"));
}

TEST(PeerDialect, RefusesAnExpressionThatIsNotThere) {
  EXPECT_EQ(
      "t.yaml:2:42: error: regexps: expected text, not nothing\n"
      "  cgroup_id_map: {name: cgroups, regexps: [~]}\n"
      "                                           ^\n",
      Complaints("metrics: {counters: []}\n"
                 "cgroup_id_map: {name: cgroups, regexps: [~]}\n"));
}

TEST(PeerDialect, ReadsEveryKindOfBucket) {
  const Config config = ParseGood("good/peer_histogram.yaml");
  ASSERT_EQ(4u, config.metrics.size());
  const HistogramSpec& exp2 = config.metrics[0].histogram;
  EXPECT_EQ(BucketType::kExp2, exp2.type);
  EXPECT_EQ(0, exp2.min);
  EXPECT_EQ(26, exp2.max);
  EXPECT_EQ(0.000001, exp2.multiplier);
  EXPECT_FALSE(exp2.buckets_field);
  const HistogramSpec& exp2zero = config.metrics[1].histogram;
  EXPECT_EQ(BucketType::kExp2Zero, exp2zero.type);
  EXPECT_FALSE(exp2zero.min);
  EXPECT_EQ(0, exp2zero.multiplier);
  const HistogramSpec& linear = config.metrics[2].histogram;
  EXPECT_EQ(BucketType::kLinear, linear.type);
  EXPECT_EQ(64, linear.max);
  EXPECT_EQ(1000, linear.multiplier);
  const HistogramSpec& fixed = config.metrics[3].histogram;
  EXPECT_EQ(BucketType::kFixed, fixed.type);
  EXPECT_EQ((std::vector<double>{512, 4096, 1048576}), fixed.keys);
}

}  // namespace
}  // namespace bpf_exporter::config
