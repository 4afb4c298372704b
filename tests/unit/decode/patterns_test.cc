// SPDX-License-Identifier: Apache-2.0
#include "decode/patterns.h"

#include <gtest/gtest.h>

#include "unit/decode/re2_says.h"

namespace bpf_exporter::decode {
namespace {

TEST(Patterns, MatchAnywhereAndWhateverTheirGroups) {
  const Patterns patterns({{"^/sys/fs/cgroup/(a)/(b)", {}}, {"c$", {}}});
  EXPECT_TRUE(patterns.AnyMatches("/sys/fs/cgroup/a/b/x"));
  EXPECT_TRUE(patterns.AnyMatches("/x/c"));
  EXPECT_FALSE(patterns.AnyMatches("/sys/fs/cgroup/a"));
}

TEST(Patterns, MatchTextThatIsNotUtf8) {
  EXPECT_TRUE(Patterns(std::vector<config::Text>{{"^/sys/.*[.]scope$", {}}})
                  .AnyMatches("/sys/caf\xe9.scope"));
}

TEST(Patterns, WithoutExpressionsNothingMatches) { EXPECT_FALSE(Patterns({}).AnyMatches("/")); }

TEST(Patterns, ThatDoNotCompileMatchNothing) {
  EXPECT_FALSE(Patterns(std::vector<config::Text>{{"[a", {}}}).AnyMatches("[a"));
}

std::string Extracted(const std::string& expression, std::string_view text) {
  const Result<Pattern> pattern = Pattern::Compile(expression);
  if (!pattern) return "error: " + pattern.error().Message();
  std::string out;
  return pattern->Extract(text, out) ? out : "no match";
}

TEST(Pattern, SaysWhyItCannotBeUsed) {
  for (const char* broken : {"[a", "(?<=a)b", "(?<!a)b"}) {
    EXPECT_NE(Re2Says(broken), "") << broken;
    EXPECT_EQ(Extracted(broken, "ab"), "error: " + Re2Says(broken));
  }
}

TEST(Pattern, MayNameItsGroupAsGoDoes) {
  EXPECT_EQ(Extracted("^(?P<unit>[^.]+)[.]", "ssh.service"), "ssh");
  EXPECT_EQ(Extracted("^(?<unit>[^.]+)[.]", "ssh.service"), "ssh");
}

TEST(Pattern, KeepsWhatOnlyLooksLikeANamedGroup) {
  EXPECT_EQ(Extracted(R"(\Q(?<x>\E.)", "a(?<x>b"), "(?<x>b");
  EXPECT_EQ(Extracted(R"(\(?<x)", "a<x"), "<x");
  EXPECT_EQ(Extracted("[(?<x]+", "a?<(xPb"), "?<(x");
  EXPECT_EQ(Extracted("[](?<]+", "a]?<P"), "]?<");
  EXPECT_EQ(Extracted("[[:digit:](?<]+", "a7(?<P"), "7(?<");
  EXPECT_EQ(Extracted("[^(?<P]+", "(?<Pab"), "ab");
}

TEST(Pattern, OfBrokenSyntaxIsReadToItsEnd) {
  for (const char* broken : {"\\", "\\Q(?<", "[", "[^", "[]", "[[:", "(?<", "[\\"}) {
    EXPECT_TRUE(Extracted(broken, "").starts_with("error: ") || *broken == '\\') << broken;
  }
}

}  // namespace
}  // namespace bpf_exporter::decode
