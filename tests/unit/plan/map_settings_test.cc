// SPDX-License-Identifier: Apache-2.0
#include "plan/map_settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

const object::MapLayout& MapOf(const ConfigPlan& plan, const std::string& name) {
  const auto& maps = plan.object.maps;
  const auto found = std::find_if(maps.begin(), maps.end(),
                                  [&](const object::MapLayout& map) { return map.name == name; });
  if (found == maps.end()) throw std::out_of_range("no map " + name);
  return *found;
}

TEST(MapSettings, AreWhatThePlanMakesTheMapsWith) {
  const Resolved resolved = ResolveYaml("t.yaml", R"(maps:
  by_pid: {max_entries: 7, pin: counts}
  records: {max_entries: 8192, pin: /sys/fs/bpf/mine/records}
  nested: {max_entries: 3, inner_max_entries: 5}
metrics: {gauges: [{name: by_pid, help: H, labels: [pid]}]}
)");
  ASSERT_EQ(resolved.messages, "");
  const ConfigPlan& plan = *resolved.plan;
  EXPECT_EQ(plan.maps.at(0).layout.max_entries, 7u) << "what map_max_entries shows";
  EXPECT_EQ(MapOf(plan, "by_pid").max_entries, 7u);
  EXPECT_EQ(MapOf(plan, "by_pid").pin, "/sys/fs/bpf/counts");
  EXPECT_EQ(MapOf(plan, "records").max_entries, 8192u);
  EXPECT_EQ(MapOf(plan, "records").pin, "/sys/fs/bpf/mine/records");
  EXPECT_EQ(MapOf(plan, "nested").max_entries, 3u);
  ASSERT_NE(MapOf(plan, "nested").inner, nullptr);
  EXPECT_EQ(MapOf(plan, "nested").inner->max_entries, 5u);
  EXPECT_EQ(MapOf(plan, "slots").max_entries, 256u) << "as in the object";
  EXPECT_EQ(MapOf(plan, "slots").pin, "");
}

TEST(MapSettings, GiveValuesTheirSizeWhereTheObjectHasNone) {
  const std::string rest =
      "  counts: {max_entries: 1}\n  records: {max_entries: 4096}\n"
      "  nested: {inner_max_entries: 1}\nmetrics: {counters: []}\n";
  const Resolved without =
      ResolveYaml("t.yaml", "maps:\n  stacks: {max_entries: 8}\n" + rest, kUsualOptions, "unsized");
  EXPECT_NE(without.messages.find("no value; stack_trace maps need one; where the object's own "
                                  "loader sets it, 'maps: {stacks: {value_size: N}}' does"),
            std::string::npos)
      << without.messages;
  const Resolved with =
      ResolveYaml("t.yaml", "maps:\n  stacks: {max_entries: 8, value_size: 1016}\n" + rest,
                  kUsualOptions, "unsized");
  ASSERT_EQ(with.messages, "");
  EXPECT_EQ(MapOf(*with.plan, "stacks").value_size, 1016u);
}

TEST(MapSettings, AreForMapsThatTheObjectDescribes) {
  object::ObjectLayout layout = LayoutOf("plan");
  for (object::MapLayout& map : layout.maps) map.inner = nullptr;
  EXPECT_EQ(ResolveYamlFor(std::move(layout), "t.yaml",
                           "maps: {nested: {inner_max_entries: 5}}\nmetrics: {counters: []}\n")
                .messages,
            "t.yaml:1:36: error: map 'nested': inner_max_entries: the object does not say what the "
            "maps in it are\n"
            "  maps: {nested: {inner_max_entries: 5}}\n"
            "                                     ^\n");
}

TEST(MapSettings, CanTakeAPinAway) {
  const std::string metrics =
      "metrics: {counters: [{name: shared_hits, help: H, labels: [slot]}]}\n";
  const Resolved with = ResolveYaml("t.yaml", metrics, kUsualOptions, "pinned_map");
  ASSERT_EQ(with.messages, "");
  EXPECT_EQ(MapOf(*with.plan, "shared_hits").pin, "/sys/fs/bpf/shared_hits");
  const Resolved without = ResolveYaml("t.yaml", "maps: {shared_hits: {pin: ''}}\n" + metrics,
                                       kUsualOptions, "pinned_map");
  ASSERT_EQ(without.messages, "");
  EXPECT_EQ(MapOf(*without.plan, "shared_hits").pin, "");
}

}  // namespace
}  // namespace bpf_exporter::plan
