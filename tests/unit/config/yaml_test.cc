// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

constexpr char kMetrics[] = "metrics: {counters: []}\n";

TEST(Yaml, FollowsAliasesAndMergeKeys) {
  const Config config = ParseGood("good/yaml_features.yaml");
  ASSERT_EQ(3u, config.metrics.size());
  const MetricSpec& first = config.metrics[0];
  EXPECT_EQ("a_total", first.name.value);
  EXPECT_EQ("folded text", first.help);
  ASSERT_EQ(2u, first.labels.size());
  EXPECT_EQ("it", first.labels[0].name.value);
  EXPECT_EQ(4u, first.labels[0].size);
  EXPECT_EQ("other", first.labels[1].name.value);
  EXPECT_EQ(16u, first.labels[1].size);
  EXPECT_EQ(1u, first.labels[1].padding);
  ASSERT_EQ(1u, first.labels[1].decoders.size());
  EXPECT_EQ("uint", first.labels[1].decoders[0].name.value);
  const MetricSpec& second = config.metrics[1];
  EXPECT_EQ("b_total", second.name.value);
  EXPECT_EQ("folded text", second.help);
  EXPECT_EQ(1000u, second.max_series);
  EXPECT_EQ(2u, second.labels.size());
  const MetricSpec& third = config.metrics[2];
  EXPECT_EQ("folded text", third.help);  // the first of the merged mappings wins
  EXPECT_EQ("m", third.map.value);
  ASSERT_EQ(1u, third.labels.size());
  EXPECT_EQ("plain", third.labels[0].name.value);
}

TEST(Yaml, ReadsAByteOrderMarkAndWindowsLineEnds) {
  const Config config = ParseGood("good/windows.yaml");
  ASSERT_EQ(1u, config.metrics.size());
  EXPECT_EQ("A", config.metrics[0].help);
  EXPECT_EQ(2, config.metrics[0].name.at.line);
  EXPECT_EQ(21, config.metrics[0].name.at.column);
}

TEST(Yaml, TakesADocumentThatSaysNothingForTheEnd) {
  const std::string document = kMetrics;
  for (const char* end : {"---", "---\n", "...\n", "--- # end\n", "---\n\n  # end\n...\n---\r\n"}) {
    EXPECT_EQ("", Complaints(document + end)) << end;
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
  EXPECT_EQ("dashes\n---\n# and a number sign", config->metrics.at(0).help);
}

TEST(Yaml, AllowsNestingOf64AndNoMore) {
  const std::string fits =
      "kaddrs: " + std::string(63, '[') + std::string(63, ']') + "\n" + kMetrics;
  EXPECT_EQ(std::string::npos, Complaints(fits).find("nested"));
  const std::string deeper =
      "kaddrs: " + std::string(64, '[') + std::string(64, ']') + "\n" + kMetrics;
  EXPECT_EQ(
      "t.yaml:1:72: error: nested more than 64 deep\n"
      "  …" +
          std::string(61, '[') + std::string(39, ']') + "…\n   " + std::string(60, ' ') + "^\n",
      Complaints(deeper));
}

TEST(Yaml, CountsTheDepthThatAliasesAdd) {
  std::string source = "a: &a " + std::string(40, '[') + std::string(40, ']') + "\n";
  source += "b: " + std::string(40, '[') + "*a" + std::string(40, ']') + "\n";
  const std::string complaints = Complaints(source);
  EXPECT_EQ(0u, complaints.find("t.yaml:2:44: error: nested more than 64 deep, aliases followed\n"))
      << complaints;
}

TEST(Yaml, AllowsAHundredThousandNodesAndNoMore) {
  std::string source = kMetrics;  // 5 nodes with the mapping around them
  source += "kaddrs: [";          // 2 more
  for (int i = 0; i < 100'000 - 7; ++i) source += "a,";
  EXPECT_EQ("", Complaints(source + "]\n"));
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
  EXPECT_EQ("", Complaints("object: ~\nkaddrs:\nprobes: null\n"
                           "metrics: {counters: [{name: a, help: b, map: , labels: Null}]}\n"));
}

}  // namespace
}  // namespace bpf_exporter::config
