// SPDX-License-Identifier: Apache-2.0
#include "plan/perf_event_names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bpf_exporter::plan {
namespace {

std::pair<std::uint32_t, std::uint64_t> Numbers(std::string_view name) {
  const std::optional<PerfEvent> event = PerfEventByName(name);
  if (!event) return {UINT32_MAX, 0};
  return {event->type, event->config};
}

TEST(PerfEventByName, KnowsPerfsNamesAndNumbers) {
  EXPECT_EQ(Numbers("cpu-clock"), std::pair(1u, std::uint64_t{0}));
  EXPECT_EQ(Numbers("cache-misses"), std::pair(0u, std::uint64_t{3}));
  EXPECT_EQ(Numbers("4/1234"), std::pair(4u, std::uint64_t{1234}));
}

TEST(PerfEventByName, KnowsTheOtherNamesOfEvents) {
  EXPECT_EQ(Numbers("cycles"), Numbers("cpu-cycles"));
  EXPECT_EQ(Numbers("branches"), Numbers("branch-instructions"));
  EXPECT_EQ(Numbers("cs"), Numbers("context-switches"));
  EXPECT_EQ(Numbers("migrations"), Numbers("cpu-migrations"));
  EXPECT_EQ(Numbers("faults"), Numbers("page-faults"));
}

TEST(PerfEventByName, KnowsNothingElse) {
  for (const std::string_view wrong : {"", "4/x", "x/4", "/", "cpu", "4/1234/"}) {
    EXPECT_FALSE(PerfEventByName(wrong)) << wrong;
  }
}

TEST(PerfEventNames, AreOnesThatItKnows) {
  const std::vector<std::string> names = PerfEventNames();
  EXPECT_GT(names.size(), 10u);
  EXPECT_TRUE(std::all_of(names.begin(), names.end(),
                          [](const std::string& name) { return PerfEventByName(name); }));
}

}  // namespace
}  // namespace bpf_exporter::plan
