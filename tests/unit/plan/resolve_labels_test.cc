// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>

#include "unit/plan/plan_object.h"
#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

constexpr const char* kUint = "decoders: [{name: uint}]";

std::string Sized(const std::string& name, int size, const std::string& more = kUint) {
  return "{name: " + name + ", size: " + std::to_string(size) + ", " + more + "}";
}

// "a 0 4, b 4 2": name, offset and size of each label.
std::string Places(const MetricPlan& metric) {
  std::string text;
  for (const LabelPlan& label : metric.labels) {
    if (!text.empty()) text += ", ";
    text += label.name + " " + std::to_string(label.offset) + " " + std::to_string(label.size);
    if (label.is_cpu) text += " cpu";
  }
  return text;
}

std::string PlacesOf(const std::string& metric) {
  const ResolvedMetricPlan made = ResolveMetricOf("counters", metric);
  return made.resolved.plan ? Places(made.metric()) : "";
}

TEST(Labels, InShortFormLieWhereBtfSays) {
  const ResolvedMetricPlan made = ResolveMetricOf(
      "counters", "map: ops, value: ops, labels: [device, op, comm, inbound, delta]");
  EXPECT_EQ(made.label("device").offset, offsetof(OpsKey, device));
  EXPECT_EQ(made.label("device").size, 4u);
  EXPECT_EQ(made.label("op").offset, offsetof(OpsKey, op));
  EXPECT_EQ(made.label("op").size, 1u);
  EXPECT_EQ(made.label("comm").offset, offsetof(OpsKey, comm));
  EXPECT_EQ(made.label("comm").size, 16u);
  EXPECT_EQ(made.label("inbound").offset, offsetof(OpsKey, inbound));
  EXPECT_EQ(made.label("delta").offset, offsetof(OpsKey, delta));
}

TEST(Labels, ReachNestedFields) {
  const ResolvedMetricPlan made =
      ResolveMetricOf("counters", "map: ops, value: ops, labels: [{name: port, field: peer.port}]");
  EXPECT_EQ(made.label("port").offset, offsetof(OpsKey, peer.port));
  EXPECT_EQ(made.label("port").size, 2u);
}

TEST(Labels, AreInThePagesOrder) {
  EXPECT_EQ(PlacesOf("map: ops, value: ops, labels: [op, device, comm]"),
            "comm 5 16, device 0 4, op 4 1");
}

TEST(Labels, InShortFormAreDecodedByTheirType) {
  const ResolvedMetricPlan made = ResolveMetricOf(
      "counters", "map: ops, value: ops, labels: [device, op, comm, inbound, delta]");
  EXPECT_EQ(Shown(made.label("device"), std::uint32_t{4294967295}), "4294967295");
  EXPECT_EQ(Shown(made.label("op"), std::uint8_t{200}), "200");
  EXPECT_EQ(Shown(made.label("comm"), "bash\0junk"), "bash");
  EXPECT_EQ(Shown(made.label("inbound"), true), "true");
  EXPECT_EQ(Shown(made.label("delta"), std::int32_t{-5}), "-5");
}

TEST(Labels, OfEnumsShowTheEnumerators) {
  const ResolvedMetricPlan made = ResolveMetricOf("counters", "map: latency, labels: [device, op]");
  EXPECT_EQ(Shown(made.label("op"), std::uint32_t{7}), "FLUSH");
  EXPECT_EQ(Shown(made.label("op"), std::uint32_t{3}), "3");
}

TEST(Labels, OfEnumsOfTheKernelShowItsNames) {
  if (!std::filesystem::exists("/sys/kernel/btf/vmlinux")) GTEST_SKIP() << "no BTF of a kernel";
  const ResolvedMetricPlan made = ResolveMetricOf("counters", "map: by_map_type, labels: [type]");
  EXPECT_EQ(Shown(made.label("type"), std::uint32_t{1}), "BPF_MAP_TYPE_HASH");
  EXPECT_EQ(Shown(made.label("type"), std::uint32_t{0xffff}), "65535");
}

TEST(Labels, OfAKeyThatIsNoStructAreAllOfIt) {
  const ResolvedMetricPlan made = ResolveMetricOf("counters", "map: by_pid, labels: [process]");
  EXPECT_EQ(Places(made.metric()), "process 0 4");
  EXPECT_EQ(Shown(made.label("process"), std::uint32_t{77}), "77");
  EXPECT_EQ(PlacesOf("map: slots, labels: [protocol]"), "protocol 0 4");
}

TEST(Labels, WithASizeNeedNoBtf) {
  EXPECT_EQ(PlacesOf("map: plain, labels: [" + Sized("id", 12, "decoders: [{name: hex}]") + "]"),
            "id 0 12");
}

TEST(Labels, WithSizesLieOneAfterTheOtherWhateverTheirNames) {
  EXPECT_EQ(PlacesOf("map: flows, labels: [" + Sized("disk", 4) + ", " + Sized("verb", 4) + "]"),
            "disk 0 4, verb 4 4");
}

TEST(Labels, WithSizesAreWarnedOfWhereTheirNameIsThatOfAnotherField) {
  const Resolved resolved =
      ResolveYaml("test.yaml",
                  "metrics:\n"
                  "  counters:\n"
                  "    - name: flows\n"
                  "      help: Flows\n"
                  "      labels: [{name: op, size: 4}, {name: device, size: 4}]\n");
  ASSERT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(Places(*resolved.plan->maps.at(0).metrics.at(0)), "device 4 4, op 0 4");
  EXPECT_EQ(resolved.messages,
            "test.yaml:5:23: warning: label 'op' reads bytes 0 to 3 of the key of map 'flows', as "
            "all labels have sizes; the field of that name begins at byte 4\n"
            "        labels: [{name: op, size: 4}, {name: device, size: 4}]\n"
            "                        ^\n"
            "test.yaml:5:44: warning: label 'device' reads bytes 4 to 7 of the key of map 'flows', "
            "as all labels have sizes; the field of that name begins at byte 0\n"
            "        labels: [{name: op, size: 4}, {name: device, size: 4}]\n"
            "                                             ^\n");
}

// {cgroup_id, bucket} with four bytes after the bucket.
object::ObjectLayout WithPaddedKey() {
  using object::Type;
  const auto number = [](std::uint32_t size) {
    return std::make_shared<const Type>(
        Type{.kind = Type::Kind::kInt, .name = size == 8 ? "__u64" : "__u32", .size = size});
  };
  object::ObjectLayout layout = LayoutOf("plan");
  for (object::MapLayout& map : layout.maps) {
    if (map.name != "flows") continue;
    map.key_size = 16;
    map.key = std::make_shared<const Type>(
        Type{.kind = Type::Kind::kStruct,
             .name = "struct padded",
             .size = 16,
             .fields = {{"cgroup_id", 0, number(8)}, {"bucket", 8, number(4)}}});
  }
  return layout;
}

TEST(Labels, WithSizesAreToldOfPaddingThatTheyLack) {
  const Resolved resolved = ResolveYamlFor(WithPaddedKey(), "test.yaml",
                                           "metrics:\n"
                                           "  counters:\n"
                                           "    - name: flows\n"
                                           "      help: Flows\n"
                                           "      labels:\n"
                                           "        - {name: cgroup_id, size: 8}\n"
                                           "        - {name: bucket, size: 4}\n");
  EXPECT_EQ(resolved.messages,
            "test.yaml:6:18: error: the labels take 8 + 4 = 12 bytes, but the key of map 'flows' "
            "has 16 (struct padded: cgroup_id 8, bucket 4); 'padding: 4' in label 'bucket' is "
            "missing\n"
            "          - {name: cgroup_id, size: 8}\n"
            "                   ^\n");
}

TEST(Labels, OfNumbersAreWarnedOfDecodersOfTextThatComeFirst) {
  const Resolved resolved = ResolveYaml(
      "test.yaml",
      "metrics:\n"
      "  counters:\n"
      "    - name: flows\n"
      "      help: Flows\n"
      "      labels:\n"
      "        - {name: device, decoders: [{name: static_map, static_map: {1: one}}]}\n"
      "        - {name: op, decoders: [{name: uint}, {name: static_map, static_map: {1: one}}]}\n");
  ASSERT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml:6:44: warning: label 'device': static_map comes first, so it looks at the 4 "
            "bytes of __u32 as they are in memory; put {name: uint} before it\n"
            "          - {name: device, decoders: [{name: static_map, static_map: {1: one}}]}\n"
            "                                             ^\n");
}

TEST(Labels, WithSizesMaySplitAFieldOrCoverPadding) {
  EXPECT_EQ(PlacesOf("map: flows, labels: [" + Sized("low", 2) + ", " + Sized("high", 2) + ", " +
                     Sized("op", 1, "padding: 3, decoders: [{name: uint}]") + "]"),
            "high 2 2, low 0 2, op 4 1");
}

TEST(Labels, WithSizesAndNoDecodersTakeTheTypeOfTheField) {
  const ResolvedMetricPlan made =
      ResolveMetricOf("counters", "map: flows, labels: [{name: a, size: 4}, {name: b, size: 4}]");
  EXPECT_EQ(Shown(made.label("b"), std::uint32_t{9}), "9");
}

TEST(Labels, MaySayTheSizeThatBtfSays) {
  EXPECT_EQ(PlacesOf("map: ops, value: ops, labels: [{name: op, size: 1, padding: 0}, device]"),
            "device 0 4, op 4 1");
  EXPECT_EQ(PlacesOf("map: ops, value: ops, labels: [{name: port, field: peer.port, padding: 2}]"),
            "port 28 2");
}

TEST(Labels, MayLeaveOutFieldsOfTheKey) {
  EXPECT_EQ(PlacesOf("map: latency, labels: [device]"), "device 0 4");
}

TEST(Labels, CalledCpuAreTheNumberOfThePerCpuMapsCpu) {
  const std::string fields = Sized("a", 4) + ", " + Sized("b", 4);
  const std::string cpu = Sized("cpu", 2);
  EXPECT_EQ(PlacesOf("map: flows, labels: [" + fields + ", " + cpu + "]"),
            "a 0 4, b 4 4, cpu 0 2 cpu");
  EXPECT_EQ(PlacesOf("map: flows, labels: [" + cpu + ", " + fields + "]"),
            "a 0 4, b 4 4, cpu 0 2 cpu");
  EXPECT_EQ(PlacesOf("map: flows, labels: [op, cpu]"), "cpu 0 2 cpu, op 4 4");
  EXPECT_EQ(PlacesOf("map: flows, labels: [" + cpu + ", op]"), "cpu 0 2 cpu, op 4 4");
}

TEST(Labels, CalledCpuShowTheNumber) {
  const ResolvedMetricPlan made = ResolveMetricOf("counters", "map: flows, labels: [op, cpu]");
  EXPECT_EQ(Shown(made.label("cpu"), std::uint16_t{511}), "511");
}

TEST(Labels, CalledCpuAreOrdinaryWhereTheKeyHasThem) {
  EXPECT_EQ(PlacesOf("map: own_cpu, labels: [cpu, queue]"), "cpu 0 2, queue 2 2");
  EXPECT_EQ(PlacesOf("map: own_cpu, labels: [" + Sized("cpu", 2) + ", " + Sized("queue", 2) + "]"),
            "cpu 0 2, queue 2 2");
  // ebpf_exporter takes the last one for the CPU's number, whatever the key holds.
  EXPECT_EQ(PlacesOf("map: own_cpu, labels: [" + Sized("a", 2) + ", " + Sized("b", 2) + ", " +
                     Sized("cpu", 2) + "]"),
            "a 0 2, b 2 2, cpu 0 2 cpu");
}

TEST(Labels, CalledCpuAreOrdinaryOnOtherMaps) {
  EXPECT_EQ(PlacesOf("map: slots, labels: [" + Sized("cpu", 4) + "]"), "cpu 0 4");
}

TEST(Labels, CanBeLeftOutWhereThereIsOneRow) {
  EXPECT_FALSE(ResolveMetricOf("counters", "map: one, value: ops").metric().zero_key_only);
  EXPECT_FALSE(ResolveMetricOf("counters", "map: one_percpu").metric().zero_key_only);
  EXPECT_TRUE(ResolveMetricOf("counters", "map: by_pid").metric().zero_key_only);
  EXPECT_EQ(PlacesOf("map: by_pid"), "");
}

TEST(Labels, CanBeOnlyTheCpuWhereThereIsOneRow) {
  EXPECT_EQ(PlacesOf("map: one_percpu, labels: [" + Sized("cpu", 2) + "]"), "cpu 0 2 cpu");
  EXPECT_EQ(PlacesOf("map: one_percpu, labels: [cpu]"), "cpu 0 2 cpu");
}

TEST(Labels, RunTheirDecodersInOrder) {
  const ResolvedMetricPlan made = ResolveMetricOf(
      "counters",
      "map: by_pid, labels: [{name: op, decoders: [{name: uint}, {name: static_map, static_map: "
      "{1: write}}]}]");
  EXPECT_EQ(Shown(made.label("op"), std::uint32_t{1}), "write");
  EXPECT_EQ(Shown(made.label("op"), std::uint32_t{2}), "unknown:2");
}

TEST(Labels, CalledBucketAreWarnedOfWhereEbpfExporterTakesTheLast) {
  const Resolved resolved =
      ResolveYaml("test.yaml",
                  "metrics:\n"
                  "  histograms:\n"
                  "    - name: flows\n"
                  "      help: Flows\n"
                  "      bucket_type: exp2\n"
                  "      bucket_max: 9\n"
                  "      labels:\n"
                  "        - {name: bucket, size: 4, decoders: [{name: uint}]}\n"
                  "        - {name: op, size: 4, decoders: [{name: uint}]}\n");
  EXPECT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml:8:18: warning: label 'bucket' is not the last; the bucket number is taken "
            "from the last label, 'op'\n"
            "          - {name: bucket, size: 4, decoders: [{name: uint}]}\n"
            "                   ^\n");
}

TEST(Labels, MayCarryExpressionsForADecoderThatHasNoUseForThem) {
  const Resolved resolved = ResolveYaml("test.yaml",
                                        "metrics:\n"
                                        "  counters:\n"
                                        "    - {name: slots, help: S, labels: [{name: n, decoders: "
                                        "[{name: uint, regexps: ['(']}]}]}\n");
  EXPECT_TRUE(resolved.plan.has_value()) << resolved.messages;
  EXPECT_EQ(resolved.messages.find("error"), std::string::npos) << resolved.messages;
}

}  // namespace
}  // namespace bpf_exporter::plan
