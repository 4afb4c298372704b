// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

constexpr char kMetrics[] = "metrics: {counters: []}\n";

TEST(Yaml, FollowsAliasesAndMergeKeys) {
  const Config config = ParseGood("good/yaml_features.yaml");
  ASSERT_EQ(config.metrics.size(), 3u);
  const MetricSpec& first = config.metrics[0];
  EXPECT_EQ(first.name.value, "a_total");
  EXPECT_EQ(first.help, "folded text");
  ASSERT_EQ(first.labels.size(), 2u);
  EXPECT_EQ(first.labels[0].name.value, "it");
  EXPECT_EQ(first.labels[0].size, 4u);
  EXPECT_EQ(first.labels[1].name.value, "other");
  EXPECT_EQ(first.labels[1].size, 16u);
  EXPECT_EQ(first.labels[1].padding, 1u);
  ASSERT_EQ(first.labels[1].decoders.size(), 1u);
  EXPECT_EQ(first.labels[1].decoders[0].name.value, "uint");
  const MetricSpec& second = config.metrics[1];
  EXPECT_EQ(second.name.value, "b_total");
  EXPECT_EQ(second.help, "folded text");
  EXPECT_EQ(second.max_series, 1000u);
  EXPECT_EQ(second.labels.size(), 2u);
  const MetricSpec& third = config.metrics[2];
  EXPECT_EQ(third.help, "folded text");  // the first of the merged mappings wins
  EXPECT_EQ(third.map.value, "m");
  ASSERT_EQ(third.labels.size(), 1u);
  EXPECT_EQ(third.labels[0].name.value, "plain");
}

TEST(Yaml, ReadsAByteOrderMarkAndWindowsLineEnds) {
  const Config config = ParseGood("good/windows.yaml");
  ASSERT_EQ(config.metrics.size(), 1u);
  EXPECT_EQ(config.metrics[0].help, "A");
  EXPECT_EQ(config.metrics[0].name.at.line, 2);
  EXPECT_EQ(config.metrics[0].name.at.column, 21);
}

TEST(Yaml, TakesADocumentThatSaysNothingForTheEnd) {
  const std::string document = kMetrics;
  for (const char* end : {"---", "---\n", "...\n", "--- # end\n", "---\n\n  # end\n...\n---\r\n"}) {
    EXPECT_EQ(Complaints(document + end), "") << end;
  }
  for (const char* other :
       {"--- {}\n", "---\nname: b\n", "---\n\n# end\n~\n", "---\n---\nname: b\n"}) {
    EXPECT_NE(std::string::npos, Complaints(document + other).find("a second YAML document"))
        << other;
  }
  EXPECT_NE("", Complaints(document + "---#\n"));  // text, not a mark
}

TEST(Yaml, KeepsMarksWithinText) {
  const std::string source =
      "metrics:\n"
      "  counters:\n"
      "    - name: a_total\n"
      "      help: |\n"
      "        dashes\n"
      "        ---\n"
      "        # and a number sign\n";
  Diagnostics diagnostics("t.yaml", source);
  const std::optional<Config> config = ParseConfig("t", "t.yaml", source, diagnostics);
  ASSERT_TRUE(config) << diagnostics.Render();
  EXPECT_EQ(config->metrics.at(0).help, "dashes\n---\n# and a number sign");
}

TEST(Yaml, AllowsNestingOf64AndNoMore) {
  const std::string fits =
      "kaddrs: " + std::string(63, '[') + std::string(63, ']') + "\n" + kMetrics;
  EXPECT_EQ(std::string::npos, Complaints(fits).find("nested"));
  const std::string deeper =
      "kaddrs: " + std::string(64, '[') + std::string(64, ']') + "\n" + kMetrics;
  EXPECT_EQ(Complaints(deeper),
            "t.yaml:1:72: error: nested more than 64 deep\n"
            "  …" +
                std::string(61, '[') + std::string(39, ']') + "…\n   " + std::string(60, ' ') +
                "^\n");
}

TEST(Yaml, CountsTheDepthThatAliasesAdd) {
  std::string source = "a: &a " + std::string(40, '[') + std::string(40, ']') + "\n";
  source += "b: " + std::string(40, '[') + "*a" + std::string(40, ']') + "\n";
  const std::string complaints = Complaints(source);
  EXPECT_EQ(complaints.find("t.yaml:2:44: error: nested more than 64 deep, aliases followed\n"), 0u)
      << complaints;
}

TEST(Yaml, AllowsAHundredThousandNodesAndNoMore) {
  std::string source = kMetrics;  // 5 nodes with the mapping around them
  source += "kaddrs: [";          // 2 more
  for (int i = 0; i < 100'000 - 7; ++i) source += "a,";
  EXPECT_EQ(Complaints(source + "]\n"), "");
  EXPECT_NE(std::string::npos, Complaints(source + "a]\n").find("more than 100000 YAML nodes"));
}

TEST(Yaml, EndsAliasBombsAtOnce) {
  std::string source = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 30; ++i) {
    source += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) source += "*a" + std::to_string(i - 1) + ", ";
    source += "]\n";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_NE(std::string::npos, Complaints(source).find("more than 100000 YAML nodes"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Yaml, TakesNullForAbsent) {
  EXPECT_EQ(Complaints("object: ~\nkaddrs:\nprobes: null\n"
                       "metrics: {counters: [{name: a, help: b, map: , labels: Null}]}\n"),
            "");
}

}  // namespace
}  // namespace bpf_exporter::config
