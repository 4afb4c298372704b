// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

constexpr const char* kAll = "metrics: {counters: [{name: all, help: All}]}\n";

Resolved ResolveWith(const std::string& constants, const std::string& rest = kAll) {
  return ResolveYaml("test.yaml", "constants: " + constants + "\n" + rest, {}, "constants");
}

template <typename T>
std::string BytesOf(T number) {
  std::string bytes(sizeof(number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

// The bytes that each constant gets, by name.
std::map<std::string, std::string> Set(const std::string& constants) {
  const Resolved resolved = ResolveWith(constants);
  EXPECT_EQ(resolved.messages, "");
  std::map<std::string, std::string> set;
  if (!resolved.plan) return set;
  for (const ConstantPlan& one : resolved.plan->constants) {
    EXPECT_EQ(one.section, ".rodata");
    set[one.name] = one.bytes;
  }
  return set;
}

TEST(Constants, BecomeTheBytesOfTheirTypes) {
  EXPECT_EQ(Set("{enabled: true, disabled: no, tiny: 255, small: -32768, middle: 0xffffffff}"),
            (std::map<std::string, std::string>{{"enabled", BytesOf(std::uint8_t{1})},
                                                {"disabled", BytesOf(std::uint8_t{0})},
                                                {"tiny", BytesOf(std::uint8_t{255})},
                                                {"small", BytesOf(std::int16_t{-32768})},
                                                {"middle", BytesOf(std::uint32_t{0xffffffff})}}));
  EXPECT_EQ(Set("{deep: -9223372036854775808, wide: 18446744073709551615, mode: FAST}"),
            (std::map<std::string, std::string>{{"deep", BytesOf(INT64_MIN)},
                                                {"wide", BytesOf(UINT64_MAX)},
                                                {"mode", BytesOf(std::int32_t{3})}}));
  EXPECT_EQ(Set("{wide: 0xfffffffffffffffe, mode: BACKWARDS, comm: nginx, ports: [80, 443]}"),
            (std::map<std::string, std::string>{
                {"wide", BytesOf(UINT64_MAX - 1)},
                {"mode", BytesOf(std::int32_t{-1})},
                {"comm", std::string("nginx\0\0\0", 8)},
                {"ports", BytesOf(std::uint16_t{80}) + BytesOf(std::uint16_t{443}) +
                              BytesOf(std::uint16_t{0})}}));
  EXPECT_EQ(Set("{comm: '1234567', ports: [], mode: 1}"),
            (std::map<std::string, std::string>{{"comm", std::string("1234567\0", 8)},
                                                {"ports", std::string(6, '\0')},
                                                {"mode", BytesOf(std::int32_t{1})}}));
}

TEST(Constants, MayBeMembersOfAStruct) {
  const Resolved resolved = ResolveWith("{pair.second: 7, middle: 1}");
  ASSERT_TRUE(resolved.plan) << resolved.messages;
  const ConstantPlan& member = resolved.plan->constants.at(0);
  EXPECT_EQ(member.name, "pair.second");
  EXPECT_EQ(member.bytes, BytesOf(std::uint32_t{7}));
  for (const object::GlobalLayout& global : resolved.plan->object.globals) {
    if (global.name == "pair") EXPECT_EQ(member.offset, global.offset + 4);
  }
}

TEST(Constants, MayBeOfAFunction) {
  EXPECT_EQ(Set("{leave.limit: 7}"),
            (std::map<std::string, std::string>{{"leave.limit", BytesOf(std::uint32_t{7})}}));
}

// bpftool links objects of several sources, whose static variables may have one name.
TEST(Constants, NeedNamesOfTheirOwn) {
  object::ObjectLayout layout = LayoutOf("constants");
  for (object::GlobalLayout& global : layout.globals) {
    if (global.name == "wide") global.name = "middle";
    if (global.name == "variable") global.name = "tiny";
  }
  EXPECT_EQ(ResolveYamlFor(std::move(layout), "t.yaml",
                           std::string("constants: {middle: 1, tiny: 2}\n") + kAll)
                .messages,
            "t.yaml:1:13: error: object 'constants.bpf.o' has several constants 'middle', static "
            "ones of several sources; give each a name of its own\n"
            "  constants: {middle: 1, tiny: 2}\n"
            "              ^\n");
}

TEST(Constants, MayBeListsOfTexts) {
  EXPECT_EQ(Set("{names: [nginx]}"),
            (std::map<std::string, std::string>{
                {"names", std::string("nginx\0\0\0", 8) + std::string(8, '\0')}}));
}

TEST(Constants, AreShownAsTheyWereWritten) {
  const Resolved resolved = ResolveWith("{middle: 0x10, ports: [80, 443], comm: nginx}");
  ASSERT_TRUE(resolved.plan) << resolved.messages;
  std::string shown;
  for (const ConstantPlan& one : resolved.plan->constants) shown += one.name + "=" + one.text + " ";
  EXPECT_EQ(shown, "middle=0x10 ports=[80, 443] comm=nginx ");
}

constexpr const char* kByCgroup = R"(metrics:
  counters:
    - {name: calls, help: Calls, labels: [tiny, {cgroup_id: [cgroup], when: by_cgroup}]}
    - {name: a, help: A, map: all, unless: by_cgroup}
    - {name: a, help: A, map: cgroups, when: by_cgroup, labels: [{id: [cgroup]}]}
)";

// "calls(cgroup, tiny) a() idle(cgroups)": the metrics with their labels, and the maps without use.
std::string Metrics(const Resolved& resolved) {
  EXPECT_EQ(resolved.messages, "");
  std::string text;
  if (!resolved.plan) return text;
  for (const MapPlan& map : resolved.plan->maps) {
    for (const auto& metric : map.metrics) {
      text += map.layout.name + "(";
      for (const LabelPlan& label : metric->labels) text += label.name + " ";
      text += ") ";
    }
  }
  for (const std::string& idle : resolved.plan->idle_maps) text += "idle " + idle;
  return text;
}

TEST(Conditions, LeaveOutLabelsAndMetricsAndTheirMaps) {
  EXPECT_EQ(Metrics(ResolveWith("{by_cgroup: false}", kByCgroup)),
            "calls(tiny ) all() idle cgroups");
  EXPECT_EQ(Metrics(ResolveWith("{by_cgroup: true}", kByCgroup)),
            "calls(cgroup tiny ) cgroups(cgroup ) idle all");
}

TEST(Conditions, GoByTheObjectsOwnValueWithoutAnother) {
  EXPECT_EQ(Metrics(ResolveWith("{}", kByCgroup)), "calls(tiny ) all() idle cgroups");
  const std::string yaml = "metrics: {counters: [{name: all, help: All, when: unset}]}\n";
  EXPECT_EQ(Metrics(ResolveWith("{}", yaml)), "all() ");
  EXPECT_EQ(Metrics(ResolveWith("{unset: 0}", yaml)), "idle all");
}

TEST(Conditions, GoByMembersOfStructsAsWell) {
  const std::string yaml = "metrics: {counters: [{name: all, help: All, when: pair.second}]}\n";
  EXPECT_EQ(Metrics(ResolveWith("{}", yaml)), "all() ");
  EXPECT_EQ(Metrics(ResolveWith("{pair.second: 0}", yaml)), "idle all");
  EXPECT_EQ(Metrics(ResolveWith("{pair.first: 0}", yaml)), "all() ");
}

TEST(Conditions, KeepMapsThatAnythingElseReads) {
  const std::string yaml = R"(metrics:
  counters:
    - {name: all, help: All}
    - {name: again, help: Again, map: all, when: by_cgroup}
    - {name: b, help: B, map: cgroups, when: by_cgroup, labels: [id]}
cgroup_id_map: {name: cgroups, regexps: [x]}
)";
  EXPECT_EQ(Metrics(ResolveWith("{}", yaml)), "all() ");
}

TEST(Conditions, MakeNobodyLookAtTheHostsCgroups) {
  Resolved off = ResolveWith("{by_cgroup: false}", kByCgroup);
  off.host->Open();
  EXPECT_FALSE(off.host->ReadCgroupEvents());
  EXPECT_EQ(off.host->CgroupWatchFd(), -1);
  EXPECT_FALSE(off.host->cgroups_used());
  EXPECT_TRUE(ResolveWith("{by_cgroup: true}", kByCgroup).host->cgroups_used());
}

TEST(LabelsOfOneField, ReadTheSameBytes) {
  const Resolved resolved = ResolveWith(
      "{}",
      "metrics: {counters: [{name: calls, help: H, labels: [tiny, {cgroup_id: [hex, {name: id}, "
      "{name: even, decoders: [{name: uint}, {name: regexp, regexps: ['[02468]$', '']}]}]}]}]}\n");
  ASSERT_EQ(resolved.messages, "");
  const std::uint64_t id = 0x1234;
  std::string shown;
  for (const LabelPlan& label : resolved.plan->maps.at(0).metrics.at(0)->labels) {
    if (label.name == "tiny") continue;
    EXPECT_EQ(label.offset, 8u);
    shown += label.name + "=" + Shown(label, id) + " ";
  }
  EXPECT_EQ(shown, "even=0 hex=3412000000000000 id=4660 ");
}

}  // namespace
}  // namespace bpf_exporter::plan
