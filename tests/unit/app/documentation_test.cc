// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "app/flags.h"
#include "metrics/self_metric_table.h"
#include "support/paths.h"

namespace bpf_exporter::app {
namespace {

std::vector<std::string> Lines(const std::string& path) {
  std::ifstream file(SourcePath(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  EXPECT_FALSE(lines.empty()) << path;
  return lines;
}

TEST(DocumentationTest, ListsEveryFlagAndNoOther) {
  std::set<std::string> documented;
  const std::regex flag("`(--[a-z.-]+)[^`]*`");
  for (const std::string& line : Lines("deploy/README.md")) {
    if (!line.starts_with("| `--")) continue;
    const std::string names = line.substr(0, line.find(" | "));
    for (std::sregex_iterator found(names.begin(), names.end(), flag), end; found != end; ++found) {
      documented.insert((*found)[1]);
    }
  }
  const std::vector<std::string> flags = FlagNames();
  EXPECT_EQ(documented, std::set<std::string>(flags.begin(), flags.end()));
}

// Returns the default that deploy/README.md has for `flag`, without the backquotes.
std::string DocumentedDefault(const std::string& flag) {
  for (const std::string& line : Lines("deploy/README.md")) {
    std::smatch found;
    if (std::regex_match(line, found, std::regex("\\| `" + flag + "[^|]*\\| `([^`]*)` \\|.*"))) {
      return found[1];
    }
  }
  return "(none)";
}

TEST(DocumentationTest, HasTheDefaults) {
  const Options options = std::get<Options>(ParseOptions({}));
  for (const Flag& flag : Flags()) {
    const std::string value = flag.show ? flag.show(options) : "";
    EXPECT_EQ(DocumentedDefault(std::string("--") + flag.name), value.empty() ? "(none)" : value);
  }
}

TEST(DocumentationTest, TheTableOfSelfMetricsIsTheCodes) {
  std::vector<std::string> documented;
  for (const std::string& line : Lines("config/metrics.md")) {
    if (line.starts_with("| `ebpf_exporter_") || line.starts_with("| `process_")) {
      documented.push_back(line);
    }
  }
  std::vector<std::string> expected;
  for (const metrics::SelfMetric* metric : metrics::kSelfMetrics) {
    std::string labels;
    std::istringstream names{std::string(metric->labels)};
    for (std::string name; std::getline(names, name, ',');) {
      if (name.ends_with('?')) name.pop_back();
      labels += (labels.empty() ? "`" : ", `") + name + "`";
    }
    const char* prefix = metric->name.starts_with("process_") ? "" : "ebpf_exporter_";
    expected.push_back(fmt::format("| `{}{}` | {} | {} | {} |", prefix, metric->name,
                                   config::KindName(metric->kind), labels, metric->help));
  }
  EXPECT_EQ(documented, expected);
}

}  // namespace
}  // namespace bpf_exporter::app
