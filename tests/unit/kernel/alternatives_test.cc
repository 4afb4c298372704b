// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/alternatives.h"

#include <gtest/gtest.h>

namespace bpf_exporter::kernel {
namespace {

plan::ConfigPlan PlanWith(bool optional) {
  plan::ConfigPlan plan;
  plan.either_of = {{{{"a"}, {"b", "c"}, {"d"}}, optional}};
  return plan;
}

std::string WhyNots(const Alternatives& alternatives) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    text += alternatives.WhyNot(name) + (alternatives.LeavesOut(name) ? "\n" : "in\n");
  }
  return text;
}

TEST(AlternativesTest, BeginWithTheFirstOfEachGroup) {
  const Alternatives alternatives(PlanWith(false));
  EXPECT_EQ(WhyNots(alternatives),
            "in\n'a' takes its place\n'a' takes its place\n'a' takes its place\nin\n");
  EXPECT_TRUE(alternatives.HasNext("a"));
  EXPECT_FALSE(alternatives.HasNext("b"));
  EXPECT_FALSE(alternatives.HasNext("e"));
}

TEST(AlternativesTest, GoOnAndSayWhy) {
  Alternatives alternatives(PlanWith(false));
  EXPECT_TRUE(alternatives.GiveUp("a", "no BTF"));
  EXPECT_EQ(WhyNots(alternatives),
            "no BTF; 'b', 'c' take its place\nin\nin\n'b', 'c' take its place\nin\n");
  EXPECT_TRUE(alternatives.GiveUp("c", "no function"));
  EXPECT_EQ(WhyNots(alternatives),
            "no BTF; 'd' takes its place\nleft out with 'c'; 'd' takes its place\n"
            "no function; 'd' takes its place\nin\nin\n");
  EXPECT_FALSE(alternatives.HasNext("d"));
  EXPECT_FALSE(alternatives.GiveUp("d", "nothing is left"));
  EXPECT_FALSE(alternatives.GiveUp("e", "it is in no group"));
  EXPECT_EQ(alternatives.LastError("d", Error{"refused"}).Message(),
            "no alternative works: program 'a': no BTF; and program 'c': no function; and program "
            "'d': refused");
  EXPECT_EQ(alternatives.LastError("e", Error{"refused"}).Message(), "program 'e': refused");
}

TEST(AlternativesTest, MayAllBeLeftOut) {
  Alternatives alternatives(PlanWith(true));
  EXPECT_TRUE(alternatives.GiveUp("a", "1"));
  EXPECT_TRUE(alternatives.GiveUp("b", "2"));
  EXPECT_TRUE(alternatives.GiveUp("d", "3"));
  EXPECT_EQ(WhyNots(alternatives), "1\n2\nleft out with 'b'\n3\nin\n");
  const auto statuses = alternatives.Statuses();
  ASSERT_EQ(statuses.size(), 1u);
  EXPECT_EQ(statuses[0].alternatives, (std::vector<std::string>{"a", "b+c", "d"}));
  EXPECT_EQ(statuses[0].used, 3u);
}

}  // namespace
}  // namespace bpf_exporter::kernel
