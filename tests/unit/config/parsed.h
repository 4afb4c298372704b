// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "config/files.h"
#include "config/parse.h"
#include "support/paths.h"

namespace bpf_exporter::config {

inline std::string DataPath(const std::string& file) {
  return SourcePath("tests/unit/config/" + file);
}

// A configuration beside this file that must be right; with `warnings` what it is warned of.
inline Config ParseGood(const std::string& file, const std::string& warnings = {}) {
  const Result<std::string> source = ReadConfigFile(DataPath(file));
  EXPECT_TRUE(source.ok()) << source.error().Message();
  if (!source.ok()) return {};
  Diagnostics diagnostics(file, *source);
  const std::optional<Config> config = ParseConfig("name", file, *source, diagnostics);
  EXPECT_EQ(warnings, diagnostics.Render());
  return config.value_or(Config{});
}

// What is said of a text; empty if nothing is wrong.
inline std::string Complaints(const std::string& source) {
  Diagnostics diagnostics("t.yaml", source);
  const std::optional<Config> config = ParseConfig("t", "t.yaml", source, diagnostics);
  EXPECT_EQ(config.has_value(), !diagnostics.has_errors());
  return diagnostics.Render();
}

}  // namespace bpf_exporter::config
