// SPDX-License-Identifier: Apache-2.0
#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

class OurDialect : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(5u, config_.metrics.size()); }
  const Config config_ = ParseGood("good/our_dialect.yaml");
};

TEST_F(OurDialect, ReadsTheTopLevel) {
  EXPECT_EQ("name", config_.name);  // not the one in the file
  EXPECT_EQ("good/our_dialect.yaml", config_.path);
  EXPECT_EQ("Block device I/O latency", config_.description);
  EXPECT_EQ("biolatency.bpf.o", config_.object.value);
  EXPECT_TRUE(config_.strace_syscall_names);
  ASSERT_EQ(2u, config_.kaddrs.size());
  EXPECT_EQ("jiffies", config_.kaddrs[1].value);
  ASSERT_TRUE(config_.cgroup_id_map);
  EXPECT_EQ("cgroups", config_.cgroup_id_map->name.value);
  EXPECT_EQ(CgroupMapType::kCgrpStorage, config_.cgroup_id_map->type);
  ASSERT_EQ(1u, config_.cgroup_id_map->regexps.size());
  EXPECT_EQ("^/sys/fs/cgroup/system.slice", config_.cgroup_id_map->regexps[0].value);
}

TEST_F(OurDialect, ReadsCountersOfAStructValue) {
  const MetricSpec& metric = config_.metrics[0];
  EXPECT_EQ("bio", metric.map.value);
  EXPECT_EQ("ops", metric.value.value);
  EXPECT_EQ(18, metric.value.at.line);
  EXPECT_EQ(14, metric.value.at.column);
  EXPECT_TRUE(metric.skip_zero);
  EXPECT_EQ(1000u, metric.max_series);
}

TEST_F(OurDialect, ReadsShortAndLongLabels) {
  const std::vector<LabelSpec>& labels = config_.metrics[0].labels;
  ASSERT_EQ(2u, labels.size());
  EXPECT_EQ("device", labels[0].name.value);
  EXPECT_EQ(22, labels[0].name.at.line);
  EXPECT_EQ(11, labels[0].name.at.column);
  EXPECT_EQ("", labels[0].field.value);
  EXPECT_FALSE(labels[0].size);
  EXPECT_TRUE(labels[0].decoders.empty());
  EXPECT_EQ("operation", labels[1].name.value);
  EXPECT_EQ("op", labels[1].field.value);
  ASSERT_EQ(1u, labels[1].decoders.size());
  EXPECT_EQ(2u, labels[1].decoders[0].static_map->size());
}

TEST_F(OurDialect, ReadsCountersOfRingBuffers) {
  const MetricSpec& metric = config_.metrics[1];
  EXPECT_TRUE(metric.ringbuf);
  EXPECT_FALSE(metric.perf_event_array);
  EXPECT_EQ(std::chrono::milliseconds(500), metric.flush_interval);
}

TEST_F(OurDialect, ReadsSeveralLabelsOfOneField) {
  const std::vector<LabelSpec>& labels = config_.metrics[1].labels;
  ASSERT_EQ(3u, labels.size());
  EXPECT_FALSE(labels[0].one_of_field);
  EXPECT_FALSE(labels[0].condition);
  EXPECT_EQ("cgroup", labels[1].name.value);
  EXPECT_EQ("id", labels[2].name.value);
  for (const LabelSpec& label : {labels[1], labels[2]}) {
    EXPECT_EQ("cgroup_id", label.field.value);
    EXPECT_TRUE(label.one_of_field);
    ASSERT_TRUE(label.condition);
    EXPECT_EQ("by_cgroup", label.condition->constant.value);
    EXPECT_FALSE(label.condition->unless);
    ASSERT_EQ(1u, label.decoders.size());
  }
  EXPECT_EQ("cgroup", labels[1].decoders[0].name.value);
  EXPECT_EQ("uint", labels[2].decoders[0].name.value);
}

TEST_F(OurDialect, ReadsConstantsAndConditions) {
  ASSERT_TRUE(config_.metrics[1].condition);
  EXPECT_EQ("quiet", config_.metrics[1].condition->constant.value);
  EXPECT_TRUE(config_.metrics[1].condition->unless);
  EXPECT_FALSE(config_.metrics[0].condition);
  ASSERT_EQ(4u, config_.constants.size());
  EXPECT_EQ("min_us", config_.constants[1].name.value);
  EXPECT_EQ("0x10", config_.constants[1].values.at(0).text.value);
  EXPECT_FALSE(config_.constants[1].values.at(0).quoted);
  EXPECT_TRUE(config_.constants[2].values.at(0).quoted);
  EXPECT_FALSE(config_.constants[2].list);
  EXPECT_TRUE(config_.constants[3].list);
  EXPECT_EQ("443", config_.constants[3].values.at(1).text.value);
}

TEST_F(OurDialect, ReadsGaugesInTheFilesOrder) {
  EXPECT_EQ(MetricKind::kGauge, config_.metrics[2].kind);
  EXPECT_EQ("queue_length", config_.metrics[2].name.value);
  EXPECT_EQ("inflight", config_.metrics[2].value.value);
  EXPECT_EQ(MetricKind::kHistogram, config_.metrics[3].kind);
}

TEST_F(OurDialect, ReadsHistogramsOfArrayFields) {
  const MetricSpec& array = config_.metrics[3];
  ASSERT_TRUE(array.histogram.buckets_field);
  EXPECT_EQ("sizes", array.histogram.buckets_field->value);
  ASSERT_TRUE(array.histogram.sum_field);
  EXPECT_EQ("bytes", array.histogram.sum_field->value);
  EXPECT_TRUE(array.labels.empty());
  EXPECT_FALSE(array.histogram.max);
  EXPECT_EQ("", array.value.value);
  EXPECT_EQ("waits", config_.metrics[4].value.value);
  EXPECT_FALSE(config_.metrics[4].histogram.buckets_field);
}

TEST_F(OurDialect, ReadsSpansWithAnyLabelName) {
  ASSERT_EQ(1u, config_.spans.size());
  const SpanSpec& span = config_.spans[0];
  EXPECT_EQ("events", span.ringbuf.value);
  EXPECT_EQ("exec", span.name);
  EXPECT_EQ("shell", span.service);
  ASSERT_EQ(2u, span.labels.size());
  EXPECT_EQ("http.path", span.labels[1].name.value);
}

TEST(OurDialectAlone, KeepsAnchorsUnderKeysOfItsOwn) {
  const std::string counter = "metrics: {counters: [{name: c, help: C, labels: *shared}]}\n";
  EXPECT_EQ("", Complaints("x-labels: &shared [a, b]\nx-: {any: [thing]}\n" + counter));
  EXPECT_NE(std::string::npos,
            Complaints("y-labels: &shared [a, b]\n" + counter).find("unknown key 'y-labels'"));
  EXPECT_NE(std::string::npos, Complaints("metrics: {x-y: 1, counters: []}\n").find("'x-y'"));
}

TEST(OurDialectAlone, ReadsSpansWithoutMetrics) {
  const Config config = ParseGood("good/only_spans.yaml");
  EXPECT_TRUE(config.metrics.empty());
  EXPECT_EQ("name", config.name);
}

TEST(OurDialectAlone, WarnsOfWhatHasNoEffect) {
  const Config config = ParseGood(
      "good/warnings.yaml",
      "good/warnings.yaml:10:15: warning: 'static_map' has no effect on decoder 'uint'\n"
      "                static_map: {0: read}\n"
      "                ^\n"
      "good/warnings.yaml:15:21: warning: bucket_keys: bucket '0.5' stays empty; bucket numbers "
      "are "
      "whole and not negative\n"
      "        bucket_keys: [0.5, 1]\n"
      "                      ^\n"
      "good/warnings.yaml:16:7: warning: histogram 'b' is fixed, so 'bucket_max' has no effect\n"
      "        bucket_max: 10\n"
      "        ^\n"
      "good/warnings.yaml:18:14: warning: 'table' has no effect; the map is called like the "
      "metric, "
      "or 'map: counts' names it\n"
      "        table: counts\n"
      "               ^\n"
      "good/warnings.yaml:20:3: warning: cgroup_id_map has no 'name', so it has no effect\n"
      "    regexps: [x]\n"
      "    ^\n");
  EXPECT_FALSE(config.cgroup_id_map);
  EXPECT_EQ(2u, config.metrics.size());
}

}  // namespace
}  // namespace bpf_exporter::config
