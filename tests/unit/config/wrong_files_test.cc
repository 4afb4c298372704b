// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/files.h"
#include "unit/config/parsed.h"

// Each wrong/NAME.yaml has its whole diagnostics in NAME.txt.
namespace bpf_exporter::config {
namespace {

std::vector<std::string> FilesEndingIn(const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(DataPath("wrong"))) {
    if (entry.path().extension() == ending) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class WrongFile : public testing::TestWithParam<std::string> {};

TEST_P(WrongFile, IsRefusedWithItsWholeDiagnostics) {
  const std::string file = GetParam() + ".yaml";
  const Result<std::string> source = ReadConfigFile(DataPath("wrong/" + file));
  ASSERT_TRUE(source.ok()) << source.error().Message();
  std::ifstream stream(DataPath("wrong/" + GetParam() + ".txt"), std::ios::binary);
  ASSERT_TRUE(stream) << GetParam() << ".txt is missing";
  std::stringstream expected;
  expected << stream.rdbuf();

  Diagnostics diagnostics(file, *source);
  EXPECT_FALSE(ParseConfig(GetParam(), file, *source, diagnostics));
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.Render(), expected.str());
}

INSTANTIATE_TEST_SUITE_P(Config, WrongFile, testing::ValuesIn(FilesEndingIn(".yaml")),
                         [](const auto& test) { return test.param; });

TEST(WrongFiles, HaveNoDiagnosticsWithoutAFile) {
  EXPECT_EQ(FilesEndingIn(".yaml"), FilesEndingIn(".txt"));
}

}  // namespace
}  // namespace bpf_exporter::config
