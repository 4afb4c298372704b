// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.h"

#include <gtest/gtest.h>

namespace bpf_exporter::config {
namespace {

TEST(Diagnostics, SaysNothingWhenNothingIsWrong) {
  EXPECT_EQ(Diagnostics("a.yaml", "x\n").Render(), "");
}

TEST(Diagnostics, SortsByPlaceAndShowsNoLineForNoPlace) {
  Diagnostics diagnostics("a.yaml", "one\ntwo\n");
  diagnostics.Error({2, 2}, "second");
  diagnostics.Warning({1, 3}, "first");
  diagnostics.Error({}, "of all");
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.errors(), 2u);
  EXPECT_EQ(diagnostics.Render(),
            "a.yaml: error: of all\n"
            "a.yaml:1:3: warning: first\n"
            "  one\n"
            "    ^\n"
            "a.yaml:2:2: error: second\n"
            "  two\n"
            "   ^\n");
}

TEST(Diagnostics, HasNoErrorsWithOnlyWarnings) {
  Diagnostics diagnostics("a.yaml", "");
  diagnostics.Warning({}, "careful");
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(Diagnostics, ShowsNoLineForAPlaceThatIsNotThere) {
  Diagnostics diagnostics("a.yaml", "one\n\n");
  diagnostics.Error({2, 1}, "empty line");
  diagnostics.Error({9, 1}, "no line");
  diagnostics.Error({1, 99}, "no column");
  EXPECT_EQ(diagnostics.Render(),
            "a.yaml:1:99: error: no column\n"
            "  one\n"
            "     ^\n"
            "a.yaml:2:1: error: empty line\n"
            "a.yaml:9:1: error: no line\n");
}

TEST(Diagnostics, ShowsAHundredAndCountsTheRest) {
  Diagnostics diagnostics("a.yaml", "");
  for (int i = 1; i <= 102; ++i) diagnostics.Error({i, 1}, "bad");
  const std::string errors = diagnostics.Render();
  EXPECT_EQ(errors.substr(errors.find("a.yaml:100")),
            "a.yaml:100:1: error: bad\n… and 2 more errors\n");
  diagnostics.Warning({103, 1}, "so so");
  const std::string both = diagnostics.Render();
  EXPECT_EQ(both.substr(both.find("…")), "… and 2 more errors and 1 more warning\n");
}

TEST(Diagnostics, SaysTheSameOfOnePlaceOnce) {
  Diagnostics diagnostics("a.yaml", "");
  diagnostics.Error({1, 1}, "bad");
  diagnostics.Error({1, 1}, "bad");
  EXPECT_EQ(diagnostics.Render(), "a.yaml:1:1: error: bad\n");
}

TEST(Diagnostics, KeepsTheCaretBelowItsColumn) {
  const std::string source = "\ta\tb\ngröße: x\n\x1b[31mred: y\nbroken \xff: z\n";
  Diagnostics diagnostics("a.yaml", source);
  diagnostics.Error({1, 4}, "after tabs");
  diagnostics.Error({2, 10}, "after characters of two bytes");
  diagnostics.Error({3, 11}, "after a control character");
  diagnostics.Error({4, 11}, "after what is not UTF-8");
  EXPECT_EQ(diagnostics.Render(),
            "a.yaml:1:4: error: after tabs\n"
            "  \ta\tb\n"
            "  \t \t^\n"
            "a.yaml:2:10: error: after characters of two bytes\n"
            "  größe: x\n"
            "         ^\n"
            "a.yaml:3:11: error: after a control character\n"
            "  \\x1b[31mred: y\n"
            "               ^\n"
            "a.yaml:4:11: error: after what is not UTF-8\n"
            "  broken \\xff: z\n"
            "               ^\n");
}

TEST(Diagnostics, CutsLongLinesAroundTheCaret) {
  std::string line;
  for (int i = 0; i < 60; ++i) line += "é ";
  Diagnostics diagnostics("a.yaml", line);
  diagnostics.Error({1, 1}, "start");
  diagnostics.Error({1, 91}, "middle");
  diagnostics.Error({1, 180}, "end");
  const auto some = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "é ";
    return text;
  };
  EXPECT_EQ(diagnostics.Render(), "a.yaml:1:1: error: start\n  " + some(33) + "…\n  ^\n" +
                                      "a.yaml:1:91: error: middle\n  …" + some(33) + "…\n   " +
                                      std::string(40, ' ') + "^\na.yaml:1:180: error: end\n  … " +
                                      some(20) + "\n   " + std::string(40, ' ') + "^\n");
}

}  // namespace
}  // namespace bpf_exporter::config
