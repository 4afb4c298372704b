#include "decode/patterns.h"

#include <gtest/gtest.h>

namespace bpf_exporter {
namespace {

TEST(Patterns, MatchAnywhereAndWhateverTheirGroups) {
  const Patterns patterns({{"^/sys/fs/cgroup/(a)/(b)", {}}, {"c$", {}}});
  EXPECT_TRUE(patterns.AnyMatches("/sys/fs/cgroup/a/b/x"));
  EXPECT_TRUE(patterns.AnyMatches("/x/c"));
  EXPECT_FALSE(patterns.AnyMatches("/sys/fs/cgroup/a"));
}

TEST(Patterns, WithoutExpressionsNothingMatches) { EXPECT_FALSE(Patterns({}).AnyMatches("/")); }

TEST(Patterns, SayWhyOneCannotBeUsed) {
  EXPECT_TRUE(Patterns::Check({"^/a", {}}).ok());
  EXPECT_EQ(Patterns::Check({"[a", {}}).error().text, "missing ]: [a");
}

}  // namespace
}  // namespace bpf_exporter
