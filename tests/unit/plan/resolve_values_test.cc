// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>

#include "unit/plan/plan_object.h"
#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

ValueField ValueOf(const std::string& kind, const std::string& metric) {
  const ResolvedMetricPlan made = ResolveMetricOf(kind, metric);
  return made.resolved.plan ? made.metric().value : ValueField{99, 99, false};
}

ValueField FieldOf(const std::string& kind, const std::string& field) {
  return ValueOf(kind, "map: ops, labels: [device], value: " + field);
}

TEST(Value, IsAllOfAnInteger) {
  const ValueField value = ValueOf("counters", "map: slots, labels: [slot]");
  EXPECT_EQ(value.offset, 0u);
  EXPECT_EQ(value.width, 8u);
  EXPECT_FALSE(value.is_signed);
}

TEST(Value, IsTheFieldThatIsNamed) {
  const ValueField ops = FieldOf("counters", "ops");
  EXPECT_EQ(ops.offset, offsetof(OpsValue, ops));
  EXPECT_EQ(ops.width, 8u);
  const ValueField small = FieldOf("counters", "small");
  EXPECT_EQ(small.offset, offsetof(OpsValue, small));
  EXPECT_EQ(small.width, 4u);
  const ValueField port = FieldOf("gauges", "last.port");
  EXPECT_EQ(port.offset, offsetof(OpsValue, last.port));
  EXPECT_EQ(port.width, 2u);
}

TEST(Value, IsSignedForGaugesOfSignedFieldsOnly) {
  EXPECT_TRUE(FieldOf("gauges", "inflight").is_signed);
  EXPECT_TRUE(FieldOf("gauges", "drift").is_signed);
  EXPECT_EQ(FieldOf("gauges", "drift").width, 2u);
  EXPECT_FALSE(FieldOf("gauges", "ops").is_signed);
  EXPECT_FALSE(FieldOf("counters", "inflight").is_signed);
}

TEST(Value, OfAWholeSignedMapIsUnsignedForCounters) {
  EXPECT_FALSE(ValueOf("counters", "map: by_pid, labels: [pid]").is_signed);
  EXPECT_TRUE(ValueOf("gauges", "map: by_pid, labels: [pid]").is_signed);
}

TEST(Value, IsTheMemberOfAUnionThatHasItsSize) {
  EXPECT_EQ(ValueOf("counters", "map: halves, labels: [id]").width, 8u);
}

TEST(Value, WithoutBtfHasEightBytes) {
  const ValueField value =
      ValueOf("counters", "map: plain, labels: [{name: id, size: 12, decoders: [{name: hex}]}]");
  EXPECT_EQ(value.width, 8u);
  EXPECT_FALSE(value.is_signed);
}

TEST(Value, MayBeAStructAroundOneNumber) {
  EXPECT_EQ(ValueOf("counters", "map: by_name, labels: [name]").width, 8u);
}

TEST(Metrics, OverOneMapShareItsPlan) {
  const Resolved resolved =
      ResolveYaml("test.yaml",
                  "metrics:\n"
                  "  counters:\n"
                  "    - {name: a, help: A, map: ops, value: ops, labels: [device]}\n"
                  "    - {name: b, help: B, map: slots, labels: [slot]}\n"
                  "  gauges:\n"
                  "    - {name: c, help: C, map: ops, value: inflight, labels: [op]}\n");
  ASSERT_EQ(resolved.messages, "");
  const std::vector<MapPlan>& maps = resolved.plan->maps;
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[0].layout.name, "ops");
  ASSERT_EQ(maps[0].metrics.size(), 2u);
  EXPECT_EQ(maps[0].metrics[0]->family, "ebpf_exporter_a");
  EXPECT_EQ(maps[0].metrics[1]->family, "ebpf_exporter_c");
  EXPECT_EQ(maps[1].layout.name, "slots");
}

TEST(Metrics, CarryWhatTheConfigurationSays) {
  const ResolvedMetricPlan made =
      ResolveMetricOf("gauges", "map: slots, labels: [slot], skip_zero: true, max_series: 7");
  EXPECT_EQ(made.metric().kind, config::MetricKind::kGauge);
  EXPECT_EQ(made.metric().config, "test");
  EXPECT_EQ(made.metric().family, "ebpf_exporter_metric");
  EXPECT_EQ(made.metric().help, "Help");
  EXPECT_TRUE(made.metric().skip_zero);
  EXPECT_EQ(made.metric().max_series, 7u);
  EXPECT_FALSE(made.resolved.plan->maps.at(0).events.has_value());
}

TEST(Metrics, CannotHaveTheNamesOfTheExportersOwn) {
  ResolveOptions options;
  options.prefix = "p_";
  options.own_names = {"p_slots"};
  const Resolved resolved = ResolveYaml(
      "test.yaml", "metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}\n", options);
  EXPECT_FALSE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml:1:29: error: counter 'slots': the exporter has a metric 'p_slots' of its "
            "own\n"
            "  metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}\n"
            "                              ^\n");
}

TEST(Metrics, TakeTheMapOfTheirName) {
  const Resolved resolved =
      ResolveYaml("test.yaml", "metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}");
  ASSERT_TRUE(resolved.plan.has_value()) << resolved.messages;
  EXPECT_EQ(resolved.plan->maps.at(0).layout.name, "slots");
}

TEST(Probes, MayNameProgramsOfTheirKindAndOfNoKind) {
  const Resolved resolved =
      ResolveYaml("test.yaml",
                  "probes:\n"
                  "  - {program: count_packets, socket_filter: {interface: lo}}\n"
                  "  - {program: unlinked, kretprobe: [do_unlinkat]}\n"
                  "  - {program: issued, tracepoint: block/block_rq_issue}\n"
                  "  - {program: untyped, raw_tracepoint: sched_switch}\n"
                  "metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}\n");
  EXPECT_EQ(resolved.messages, "");
  EXPECT_TRUE(resolved.plan.has_value());
}

TEST(Spans, AreWarnedOfAndLetTheMetricsRun) {
  const Resolved resolved =
      ResolveYaml("test.yaml",
                  "metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}\n"
                  "tracing:\n"
                  "  spans:\n"
                  "    - ringbuf: records\n"
                  "      labels: [{name: trace_id, size: 16, decoders: [{name: hex}]}]\n");
  ASSERT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.plan->maps.size(), 1u);
  EXPECT_EQ(resolved.messages,
            "test.yaml:4:16: warning: spans are not exported yet\n"
            "      - ringbuf: records\n"
            "                 ^\n");
}

TEST(Spans, MayBeAllThatThereIs) {
  const Resolved resolved =
      ResolveYaml("test.yaml", "tracing: {spans: [{ringbuf: records}, {ringbuf: records}]}\n");
  EXPECT_TRUE(resolved.plan.has_value()) << resolved.messages;
}

TEST(FlushInterval, HasNoEffectOnMapsWithoutEvents) {
  const Resolved resolved = ResolveYaml(
      "test.yaml",
      "metrics: {counters: [{name: slots, help: H, labels: [slot], flush_interval: 1m}]}\n");
  EXPECT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml:1:29: warning: map 'slots' holds no events, so 'flush_interval' has no "
            "effect\n"
            "  metrics: {counters: [{name: slots, help: H, labels: [slot], flush_interval: 1m}]}\n"
            "                              ^\n");
}

TEST(Value, CannotBeReadWhereOnlyProgramsMay) {
  object::ObjectLayout layout = LayoutOf("plan");
  for (object::MapLayout& map : layout.maps) map.flags |= BPF_F_WRONLY;
  const Resolved resolved =
      ResolveYamlFor(std::move(layout), "test.yaml",
                     "metrics: {counters: [{name: flows, help: Flows, labels: [op]}]}\n");
  EXPECT_EQ(resolved.messages,
            "test.yaml:1:29: error: map 'flows' is made with BPF_F_WRONLY, so that only programs "
            "may read it\n"
            "  metrics: {counters: [{name: flows, help: Flows, labels: [op]}]}\n"
            "                              ^\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
