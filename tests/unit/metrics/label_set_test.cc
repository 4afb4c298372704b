// SPDX-License-Identifier: Apache-2.0
#include "metrics/label_set.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bpf_exporter::metrics {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string TextOf(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) AppendLabel(name, value, text);
  return text;
}

Labels LabelsOf(const std::string& text) {
  Labels labels;
  LabelSet(text).ForEachLabel(
      [&](std::string_view name, std::string_view value) { labels.emplace_back(name, value); });
  return labels;
}

TEST(LabelSet, KeepsLabelsAsTheTextFormatsWriteThem) {
  EXPECT_EQ(TextOf({}), "");
  EXPECT_EQ(TextOf({{"a", "1"}}), "a=\"1\"");
  EXPECT_EQ(TextOf({{"a", ""}, {"b", "q\"q\\\n="}}), "a=\"\",b=\"q\\\"q\\\\\\n=\"");
  EXPECT_EQ(TextOf({{"a", "x\xffy"}}), "a=\"x\xEF\xBF\xBDy\"");
  EXPECT_EQ(TextOf({{"a", std::string("x\0y", 3)}}), "a=\"x\xEF\xBF\xBDy\"");
}

TEST(LabelSet, NamesEachLabelWithItsValue) {
  EXPECT_EQ(LabelsOf(""), Labels());
  EXPECT_EQ(LabelsOf("a=\"\""), (Labels{{"a", ""}}));
  EXPECT_EQ(LabelsOf("a=\"1\",b=\"\",c=\"x y\""), (Labels{{"a", "1"}, {"b", ""}, {"c", "x y"}}));
  EXPECT_EQ(LabelsOf("a=\"\\\\\",b=\"\\\"\",c=\"\\n\""),
            (Labels{{"a", "\\"}, {"b", "\""}, {"c", "\n"}}));
}

TEST(LabelSet, ReadsBackWhatWasAppended) {
  std::mt19937 random(1);
  const std::string_view pieces[] = {"\"", "\\", "\n", "n",        ",", "=",
                                     "a",  "{",  "}",  "\xC3\xA4", ""};
  for (int i = 0; i < 20'000; ++i) {
    Labels labels;
    for (int label = 0; label < static_cast<int>(random() % 5); ++label) {
      std::string value;
      for (int piece = 0; piece < static_cast<int>(random() % 6); ++piece) {
        value += pieces[random() % std::size(pieces)];
      }
      labels.emplace_back("label" + std::to_string(label), value);
    }
    ASSERT_EQ(LabelsOf(TextOf(labels)), labels) << TextOf(labels);
  }
}

}  // namespace
}  // namespace bpf_exporter::metrics
