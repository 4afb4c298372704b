// SPDX-License-Identifier: Apache-2.0
#include "base/wildcard.h"

#include <gtest/gtest.h>

#include <string>

namespace bpf_exporter {
namespace {

TEST(Wildcards, MatchTheWholeName) {
  EXPECT_TRUE(MatchesWildcards("work_a", "work_a"));
  EXPECT_FALSE(MatchesWildcards("work", "work_a"));
  EXPECT_FALSE(MatchesWildcards("work_a", "work"));
  EXPECT_TRUE(MatchesWildcards("work_*", "work_"));
  EXPECT_TRUE(MatchesWildcards("work_*", "work_ab"));
  EXPECT_FALSE(MatchesWildcards("work_*", "rework_a"));
  EXPECT_TRUE(MatchesWildcards("*_a", "work_a_a"));
  EXPECT_FALSE(MatchesWildcards("*_a", "work_a_b"));
  EXPECT_TRUE(MatchesWildcards("w?rk", "work"));
  EXPECT_FALSE(MatchesWildcards("work?", "work"));
  EXPECT_TRUE(MatchesWildcards("*a*b?", "xaybyabz"));
  EXPECT_FALSE(MatchesWildcards("*a*b?", "xayb"));
  EXPECT_TRUE(MatchesWildcards("**", ""));
  EXPECT_FALSE(MatchesWildcards("", "a"));
  EXPECT_FALSE(MatchesWildcards("[ab]", "a"));  // as for libbpf
}

TEST(Wildcards, TakeNoTimeForHostilePatterns) {
  const std::string name(5000, 'a');
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  EXPECT_FALSE(MatchesWildcards(pattern + "b", name));
  EXPECT_TRUE(MatchesWildcards(pattern, name));
}

TEST(Wildcards, AreFoundInATarget) {
  EXPECT_TRUE(HasWildcard("vfs_*"));
  EXPECT_TRUE(HasWildcard("vfs_?ead"));
  EXPECT_FALSE(HasWildcard("vfs_read+0x10"));
}

}  // namespace
}  // namespace bpf_exporter
