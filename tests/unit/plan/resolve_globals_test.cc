// SPDX-License-Identifier: Apache-2.0
// Global variables of tests/programs/globals.bpf.c. What their offsets in a section are, the linker
// of a program decides; tests/kernel/globals_test.cc and tests/e2e/globals_test.py compare what is
// read there with bpftool.
#include <gtest/gtest.h>

#include <cstdint>

#include "plan/variables.h"
#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

// The structs of globals.bpf.c as this compiler lays them out.
struct IoStats {
  std::uint64_t reads;
  struct {
    std::uint32_t bytes;
    std::int16_t drift;
  } writes;
  std::uint64_t* next;
  std::uint32_t low : 4;
};
struct IoTimes {
  std::uint32_t slots[8];
  std::int64_t total;
};

ResolvedMetricPlan MetricOf(const std::string& kind, const std::string& metric) {
  ResolvedMetricPlan made{ResolveYaml(
      "test.yaml", "metrics: {" + kind + ": [{name: metric, help: Help, " + metric + "}]}\n",
      kUsualOptions, "globals")};
  EXPECT_EQ(made.resolved.messages, "") << metric;
  return made;
}

// Where the variable begins in its section.
std::uint32_t OffsetOf(const ResolvedMetricPlan& made, const std::string& variable) {
  const object::MapLayout& section = made.resolved.plan->maps.at(0).layout;
  for (const object::FieldLayout& field : section.value->fields) {
    if (field.name == variable) return field.offset;
  }
  ADD_FAILURE() << "no variable " << variable;
  return 0;
}

TEST(Globals, AreMapsOfOneRowThatAreCalledLikeTheirSection) {
  const ResolvedMetricPlan made = MetricOf("counters", "map: .bss, value: hits");
  ASSERT_TRUE(made.resolved.plan.has_value());
  const object::MapLayout& section = made.resolved.plan->maps.at(0).layout;
  EXPECT_EQ(section.name, ".bss");
  EXPECT_EQ(section.type, static_cast<std::uint32_t>(BPF_MAP_TYPE_ARRAY));
  EXPECT_EQ(section.max_entries, 1u);
  EXPECT_EQ(section.key_size, 4u);
  EXPECT_EQ(made.metric().value.offset, OffsetOf(made, "hits"));
  EXPECT_EQ(made.metric().value.width, 8u);
  EXPECT_FALSE(made.metric().elements.has_value());
  EXPECT_TRUE(made.metric().labels.empty());
}

TEST(Globals, OfEverySectionAndKindAreFound) {
  const ResolvedMetricPlan level = MetricOf("gauges", "map: .data, value: level");
  ASSERT_TRUE(level.resolved.plan.has_value());
  EXPECT_TRUE(level.metric().value.is_signed);
  EXPECT_EQ(MetricOf("gauges", "map: .rodata, value: limit").metric().value.width, 4u);
  EXPECT_EQ(MetricOf("counters", "map: .data.apart, value: apart").metric().value.width, 8u);
  EXPECT_EQ(MetricOf("gauges", "map: .bss, value: seen").metric().value.width, 1u);
  EXPECT_EQ(MetricOf("counters", "map: .bss, value: hidden").metric().value.width, 8u);
  EXPECT_EQ(MetricOf("counters", "map: .bss, value: on_call.calls").metric().value.width, 8u);
}

TEST(Globals, HaveFields) {
  const ResolvedMetricPlan made = MetricOf("gauges", "map: .bss, value: stats.writes.drift");
  ASSERT_TRUE(made.resolved.plan.has_value());
  EXPECT_EQ(made.metric().value.offset, OffsetOf(made, "stats") + offsetof(IoStats, writes.drift));
  EXPECT_EQ(made.metric().value.width, 2u);
  EXPECT_TRUE(made.metric().value.is_signed);
}

TEST(Globals, ThatAreArraysHaveARowForEachElement) {
  const ResolvedMetricPlan made =
      MetricOf("counters", "map: .bss, value: stats_by_verb.writes.bytes, labels: [verb]");
  ASSERT_TRUE(made.resolved.plan.has_value());
  const ElementsPlan expected{"stats_by_verb", OffsetOf(made, "stats_by_verb"), sizeof(IoStats), 3};
  EXPECT_EQ(made.metric().elements, expected);
  EXPECT_EQ(made.metric().value.offset, offsetof(IoStats, writes.bytes));
  EXPECT_EQ(made.metric().value.width, 4u);
}

TEST(Globals, HaveTheNamesOfTheEnumThatBoundsThemAsIndices) {
  const ResolvedMetricPlan made = MetricOf("counters", "map: .bss, value: by_verb, labels: [verb]");
  ASSERT_TRUE(made.resolved.plan.has_value());
  EXPECT_EQ(Shown(made.label("verb"), std::uint32_t{0}), "READ");
  EXPECT_EQ(Shown(made.label("verb"), std::uint32_t{2}), "FLUSH");
  const ResolvedMetricPlan plain = MetricOf("counters", "map: .bss, value: unnamed, labels: [i]");
  EXPECT_EQ(Shown(plain.label("i"), std::uint32_t{4}), "4");
  const ResolvedMetricPlan by_cpu =
      MetricOf("counters", "map: .bss, value: by_verb, labels: [cpu]");
  EXPECT_EQ(Shown(by_cpu.label("cpu"), std::uint32_t{2}), "2");
  const ResolvedMetricPlan mapped =
      MetricOf("counters",
               "map: .bss, value: by_verb, labels: [{name: verb, decoders: [{name: uint}, {name: "
               "static_map, static_map: {1: writing}}]}]");
  EXPECT_EQ(Shown(mapped.label("verb"), std::uint32_t{1}), "writing");
}

TEST(Globals, WithoutALabelAreTheSumOfTheirElements) {
  const ResolvedMetricPlan made = MetricOf("counters", "map: .bss, value: by_cpu");
  ASSERT_TRUE(made.resolved.plan.has_value());
  EXPECT_EQ(made.metric().elements->count, 128u);
  EXPECT_TRUE(made.metric().labels.empty());
}

TEST(Globals, AreHistograms) {
  const std::string exp2 = "bucket_type: exp2, map: .bss, ";
  const ResolvedMetricPlan plain = MetricOf("histograms", exp2 + "value: {buckets: slots}");
  ASSERT_TRUE(plain.resolved.plan.has_value());
  EXPECT_EQ(plain.metric().histogram.array->offset, OffsetOf(plain, "slots"));
  EXPECT_EQ(plain.metric().histogram.array_size, 8u);
  EXPECT_FALSE(plain.metric().elements.has_value());

  const ResolvedMetricPlan of_struct =
      MetricOf("histograms", exp2 + "value: {buckets: times.slots, sum: times.total}");
  EXPECT_EQ(of_struct.metric().histogram.array->offset, OffsetOf(of_struct, "times"));
  EXPECT_EQ(of_struct.metric().histogram.array->width, 4u);
  EXPECT_EQ(of_struct.metric().histogram.sum->offset,
            OffsetOf(of_struct, "times") + offsetof(IoTimes, total));
  EXPECT_TRUE(of_struct.metric().histogram.sum->is_signed);

  const ResolvedMetricPlan several = MetricOf(
      "histograms",
      exp2 + "value: {buckets: times_by_verb.slots, sum: times_by_verb.total}, labels: [verb]");
  EXPECT_EQ(several.metric().histogram.array->offset, 0u);
  EXPECT_EQ(several.metric().histogram.sum->offset, offsetof(IoTimes, total));
  EXPECT_EQ(several.metric().elements->stride, sizeof(IoTimes));
  EXPECT_EQ(Shown(several.label("verb"), std::uint32_t{1}), "WRITE");

  const ResolvedMetricPlan grid =
      MetricOf("histograms", exp2 + "value: {buckets: grid}, labels: [i]");
  EXPECT_EQ(grid.metric().histogram.array_size, 8u);
  EXPECT_EQ(grid.metric().elements->count, 2u);
  EXPECT_EQ(grid.metric().elements->stride, 64u);
}

TEST(Globals, AreHistogramsOfRowsWhoseIndexIsTheBucketNumber) {
  const ResolvedMetricPlan made =
      MetricOf("histograms",
               "map: .bss, value: by_verb, bucket_type: linear, bucket_max: 2, labels: [bucket]");
  ASSERT_TRUE(made.resolved.plan.has_value());
  EXPECT_EQ(Shown(*made.metric().histogram.bucket, std::uint32_t{1}), "1");
}

TEST(Globals, AreNativeHistograms) {
  const ResolvedMetricPlan one =
      MetricOf("histograms", "map: .bss, value: lived, bucket_type: native");
  ASSERT_TRUE(one.resolved.plan.has_value());
  EXPECT_EQ(one.metric().histogram.array->offset, OffsetOf(one, "lived"));
  EXPECT_EQ(one.metric().histogram.array_size, 8u);
  const ResolvedMetricPlan several = MetricOf(
      "histograms", "map: .bss, value: lived_by_verb, bucket_type: native, labels: [verb]");
  EXPECT_EQ(several.metric().histogram.array->offset, 0u);
  EXPECT_EQ(several.metric().elements->count, 3u);
}

TEST(Globals, StayInTheObjectWhenAConditionLeavesTheirMetricsOut) {
  const Resolved resolved = ResolveYaml(
      "test.yaml",
      "metrics: {counters: [{name: a, help: A, map: .bss, value: hits, unless: limit}]}\n",
      kUsualOptions, "globals");
  ASSERT_TRUE(resolved.plan.has_value()) << resolved.messages;
  EXPECT_TRUE(resolved.plan->maps.empty());
  EXPECT_TRUE(resolved.plan->idle_maps.empty());
}

object::Type Enum(std::vector<std::pair<std::string, std::int64_t>> enumerators) {
  object::Type type{object::Type::Kind::kEnum, "enum e", 4};
  type.enumerators = std::move(enumerators);
  return type;
}

object::Type::Kind IndexKind(const std::vector<object::Type>& enums, std::uint32_t count) {
  object::ObjectLayout object;
  for (const object::Type& one : enums) object.enums.push_back(std::make_shared<object::Type>(one));
  return IndexType(object, count)->kind;
}

TEST(Globals, NeedBtf) {
  object::ObjectLayout layout = LayoutOf("globals");
  for (object::MapLayout& section : layout.sections) section.value = nullptr;
  EXPECT_EQ(
      ResolveYamlFor(std::move(layout), "t.yaml",
                     "metrics: {counters: [{name: a, help: A, map: .bss, value: hits}]}\n")
          .messages,
      "t.yaml:1:46: error: object 'globals.bpf.o' has no BTF for the variables of section '.bss'\n"
      "  metrics: {counters: [{name: a, help: A, map: .bss, value: hits}]}\n"
      "                                               ^\n");
}

// bpftool links objects of several sources, whose static variables may have one name.
TEST(Globals, NeedNamesOfTheirOwn) {
  object::ObjectLayout layout = LayoutOf("globals");
  for (object::MapLayout& section : layout.sections) {
    if (section.name != ".bss") continue;
    auto twice = std::make_shared<object::Type>(*section.value);
    for (object::FieldLayout& field : twice->fields) {
      if (field.name == "hidden") field.name = "hits";
    }
    section.value = twice;
  }
  EXPECT_EQ(
      ResolveYamlFor(std::move(layout), "t.yaml",
                     "metrics: {counters: [{name: a, help: A, map: .bss, value: hits}]}\n")
          .messages,
      "t.yaml:1:59: error: value: section .bss of object 'globals.bpf.o' has several variables "
      "'hits', static ones of several sources; give each a name of its own\n"
      "  metrics: {counters: [{name: a, help: A, map: .bss, value: hits}]}\n"
      "                                                            ^\n");
}

TEST(IndexType, IsAnEnumOnlyIfItNamesAllAndIsAlone) {
  using Kind = object::Type::Kind;
  const object::Type right = Enum({{"A", 0}, {"B", 1}, {"COUNT", 2}});
  EXPECT_EQ(IndexKind({right}, 2), Kind::kEnum);
  EXPECT_EQ(IndexKind({right}, 3), Kind::kInt);
  EXPECT_EQ(IndexKind({right}, 1), Kind::kInt);
  EXPECT_EQ(IndexKind({right, Enum({{"X", 0}, {"Y", 1}, {"Z", 2}})}, 2), Kind::kInt);
  EXPECT_EQ(IndexKind({Enum({{"A", 0}, {"COUNT", 2}, {"ALSO", 2}})}, 2), Kind::kInt);
  EXPECT_EQ(IndexKind({Enum({{"BELOW", -1}, {"A", 0}, {"B", 1}, {"COUNT", 2}})}, 2), Kind::kInt);
  EXPECT_EQ(IndexKind({Enum({{"COUNT", 0}})}, 0), Kind::kInt);
  EXPECT_EQ(IndexKind({right}, UINT32_MAX), Kind::kInt);
  object::Type kernels = right;
  kernels.name = "enum e___own";
  EXPECT_EQ(IndexKind({kernels}, 2), Kind::kInt);
}

}  // namespace
}  // namespace bpf_exporter::plan
