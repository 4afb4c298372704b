// SPDX-License-Identifier: Apache-2.0
#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

class OwnKeys : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(config_.metrics.size(), 5u); }
  const Config config_ = ParseGood("good/own_keys.yaml");
};

TEST_F(OwnKeys, ReadsTheTopLevel) {
  EXPECT_EQ(config_.name, "name");  // not the one in the file
  EXPECT_EQ(config_.path, "good/own_keys.yaml");
  EXPECT_EQ(config_.description, "Block device I/O latency");
  EXPECT_EQ(config_.object.value, "biolatency.bpf.o");
  EXPECT_EQ(config_.strace_syscall_names, true);
  ASSERT_EQ(config_.kaddrs.size(), 2u);
  EXPECT_EQ(config_.kaddrs[1].value, "jiffies");
  ASSERT_TRUE(config_.cgroup_id_map);
  EXPECT_EQ(config_.cgroup_id_map->name.value, "cgroups");
  EXPECT_EQ(config_.cgroup_id_map->type, CgroupMapType::kCgrpStorage);
  ASSERT_EQ(config_.cgroup_id_map->regexps.size(), 1u);
  EXPECT_EQ(config_.cgroup_id_map->regexps[0].value, "^/sys/fs/cgroup/system.slice");
}

TEST_F(OwnKeys, ReadsWhatMapsAreMadeWith) {
  ASSERT_EQ(config_.maps.size(), 3u);
  EXPECT_EQ(config_.maps[0].name.value, "counts");
  EXPECT_EQ(config_.maps[0].max_entries, 4096u);
  EXPECT_EQ(config_.maps[0].max_entries_at.column, 30);
  EXPECT_FALSE(config_.maps[0].inner_max_entries);
  EXPECT_EQ(config_.maps[0].value_size, 1016u);
  ASSERT_TRUE(config_.maps[0].pin);
  EXPECT_EQ(config_.maps[0].pin->value, "mine");
  EXPECT_EQ(config_.maps[1].inner_max_entries, 16u);
  EXPECT_FALSE(config_.maps[1].value_size);
  EXPECT_FALSE(config_.maps[1].pin);
  ASSERT_TRUE(config_.maps[2].pin);
  EXPECT_EQ(config_.maps[2].pin->value, "");
}

TEST_F(OwnKeys, ReadsWhetherNamesAreChecked) {
  EXPECT_FALSE(config_.lint);
  EXPECT_TRUE(ParseGood("good/only_spans.yaml").lint);
}

TEST_F(OwnKeys, ReadsCountersOfAStructValue) {
  const MetricSpec& metric = config_.metrics[0];
  EXPECT_EQ(metric.map.value, "bio");
  EXPECT_EQ(metric.value.value, "ops");
  EXPECT_EQ(metric.value.at.line, 18);
  EXPECT_EQ(metric.value.at.column, 14);
  EXPECT_TRUE(metric.skip_zero);
  EXPECT_EQ(metric.max_series, 1000u);
}

TEST_F(OwnKeys, ReadsShortAndLongLabels) {
  const std::vector<LabelSpec>& labels = config_.metrics[0].labels;
  ASSERT_EQ(labels.size(), 2u);
  EXPECT_EQ(labels[0].name.value, "device");
  EXPECT_EQ(labels[0].name.at.line, 22);
  EXPECT_EQ(labels[0].name.at.column, 11);
  EXPECT_EQ(labels[0].field.value, "");
  EXPECT_FALSE(labels[0].size);
  EXPECT_TRUE(labels[0].decoders.empty());
  EXPECT_EQ(labels[1].name.value, "operation");
  EXPECT_EQ(labels[1].field.value, "op");
  ASSERT_EQ(labels[1].decoders.size(), 1u);
  EXPECT_EQ(labels[1].decoders[0].static_map->size(), 2u);
}

TEST_F(OwnKeys, ReadsCountersOfRingBuffers) {
  const MetricSpec& metric = config_.metrics[1];
  EXPECT_TRUE(metric.ringbuf);
  EXPECT_FALSE(metric.perf_event_array);
  EXPECT_EQ(std::chrono::milliseconds(500), metric.flush_interval);
}

TEST_F(OwnKeys, ReadsSeveralLabelsOfOneField) {
  const std::vector<LabelSpec>& labels = config_.metrics[1].labels;
  ASSERT_EQ(labels.size(), 3u);
  EXPECT_FALSE(labels[0].one_of_field);
  EXPECT_FALSE(labels[0].condition);
  EXPECT_EQ(labels[1].name.value, "cgroup");
  EXPECT_EQ(labels[2].name.value, "id");
  for (const LabelSpec& label : {labels[1], labels[2]}) {
    EXPECT_EQ(label.field.value, "cgroup_id");
    EXPECT_TRUE(label.one_of_field);
    ASSERT_TRUE(label.condition);
    EXPECT_EQ(label.condition->constant.value, "by_cgroup");
    EXPECT_FALSE(label.condition->unless);
    ASSERT_EQ(label.decoders.size(), 1u);
  }
  EXPECT_EQ(labels[1].decoders[0].name.value, "cgroup");
  EXPECT_EQ(labels[2].decoders[0].name.value, "uint");
}

TEST_F(OwnKeys, ReadsConstantsAndConditions) {
  ASSERT_TRUE(config_.metrics[1].condition);
  EXPECT_EQ(config_.metrics[1].condition->constant.value, "quiet");
  EXPECT_TRUE(config_.metrics[1].condition->unless);
  EXPECT_FALSE(config_.metrics[0].condition);
  ASSERT_EQ(config_.constants.size(), 4u);
  EXPECT_EQ(config_.constants[1].name.value, "min_us");
  EXPECT_EQ(config_.constants[1].values.at(0).text.value, "0x10");
  EXPECT_FALSE(config_.constants[1].values.at(0).quoted);
  EXPECT_TRUE(config_.constants[2].values.at(0).quoted);
  EXPECT_FALSE(config_.constants[2].list);
  EXPECT_TRUE(config_.constants[3].list);
  EXPECT_EQ(config_.constants[3].values.at(1).text.value, "443");
}

TEST_F(OwnKeys, ReadsGaugesInTheFilesOrder) {
  EXPECT_EQ(config_.metrics[2].kind, MetricKind::kGauge);
  EXPECT_EQ(config_.metrics[2].name.value, "queue_length");
  EXPECT_EQ(config_.metrics[2].value.value, "inflight");
  EXPECT_EQ(config_.metrics[3].kind, MetricKind::kHistogram);
}

TEST_F(OwnKeys, ReadsHistogramsOfArrayFields) {
  const MetricSpec& array = config_.metrics[3];
  ASSERT_TRUE(array.histogram.buckets_field);
  EXPECT_EQ(array.histogram.buckets_field->value, "sizes");
  ASSERT_TRUE(array.histogram.sum_field);
  EXPECT_EQ(array.histogram.sum_field->value, "bytes");
  EXPECT_TRUE(array.labels.empty());
  EXPECT_FALSE(array.histogram.max);
  EXPECT_EQ(array.value.value, "");
  EXPECT_EQ(config_.metrics[4].value.value, "waits");
  EXPECT_FALSE(config_.metrics[4].histogram.buckets_field);
}

TEST_F(OwnKeys, ReadsSpansWithAnyLabelName) {
  ASSERT_EQ(config_.spans.size(), 1u);
  const SpanSpec& span = config_.spans[0];
  EXPECT_EQ(span.ringbuf.value, "events");
  EXPECT_EQ(span.name, "exec");
  EXPECT_EQ(span.service, "shell");
  ASSERT_EQ(span.labels.size(), 2u);
  EXPECT_EQ(span.labels[1].name.value, "http.path");
}

TEST(OwnKeysAlone, KeepsAnchorsUnderKeysOfItsOwn) {
  const std::string counter = "metrics: {counters: [{name: c, help: C, labels: *shared}]}\n";
  EXPECT_EQ(Complaints("x-labels: &shared [a, b]\nx-: {any: [thing]}\n" + counter), "");
  EXPECT_NE(std::string::npos,
            Complaints("y-labels: &shared [a, b]\n" + counter).find("unknown key 'y-labels'"));
  EXPECT_NE(std::string::npos, Complaints("metrics: {x-y: 1, counters: []}\n").find("'x-y'"));
}

TEST(OwnKeysAlone, ReadsSpansWithoutMetrics) {
  const Config config = ParseGood("good/only_spans.yaml");
  EXPECT_TRUE(config.metrics.empty());
  EXPECT_EQ(config.name, "name");
}

TEST(OwnKeysAlone, WarnsOfWhatHasNoEffect) {
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
  EXPECT_EQ(config.metrics.size(), 2u);
}

}  // namespace
}  // namespace bpf_exporter::config
