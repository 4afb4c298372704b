// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "support/paths.h"
#include "unit/decode/re2_says.h"
#include "unit/plan/resolved.h"

// Each unresolvable/NAME.yaml is right by itself but does not fit the object
// plan.bpf.o or the one that it names; NAME.txt has the whole diagnostics. There "<RE2:
// EXPRESSION>" stands for what RE2 says of the expression.
namespace bpf_exporter::plan {
namespace {

const std::filesystem::path kFolder = SourcePath("tests/unit/plan/unresolvable");

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string WithWordsOfRe2(std::string text) {
  constexpr std::string_view kStart = "<RE2: ";
  constexpr std::string_view kEnd = ">\n";
  for (std::size_t at = 0; (at = text.find(kStart, at)) != std::string::npos;) {
    const std::size_t expression = at + kStart.size();
    const std::size_t end = text.find(kEnd, expression);
    if (end == std::string::npos) throw std::runtime_error("'<RE2: ' without an end");
    text.replace(at, end + 1 - at, decode::Re2Says(text.substr(expression, end - expression)));
  }
  return text;
}

// The object that the file names in its first line, or else plan.bpf.o.
std::string ObjectOf(const std::string& yaml) {
  constexpr std::string_view kKey = "object: ";
  return yaml.starts_with(kKey) ? yaml.substr(kKey.size(), yaml.find(".bpf.o") - kKey.size())
                                : "plan";
}

class Unresolvable : public testing::TestWithParam<std::string> {};

TEST_P(Unresolvable, IsReportedWhole) {
  const std::string yaml = ReadFile(kFolder / (GetParam() + ".yaml"));
  const Resolved resolved = ResolveYaml(GetParam() + ".yaml", yaml, {}, ObjectOf(yaml));
  EXPECT_FALSE(resolved.plan.has_value());
  const std::string expected = WithWordsOfRe2(ReadFile(kFolder / (GetParam() + ".txt")));
  EXPECT_NE(expected, "");
  EXPECT_EQ(resolved.messages, expected);
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, Unresolvable, testing::ValuesIn(Names()),
                         [](const auto& instance) { return instance.param; });

TEST(UnresolvableFiles, AreManyAndHaveTheirTexts) {
  EXPECT_GE(Names().size(), 25u);
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    std::filesystem::path other = entry.path();
    other.replace_extension(entry.path().extension() == ".txt" ? ".yaml" : ".txt");
    EXPECT_TRUE(std::filesystem::exists(other)) << entry.path();
  }
}

}  // namespace
}  // namespace bpf_exporter::plan
