// SPDX-License-Identifier: Apache-2.0
#include "app/version_text.h"

#include <gtest/gtest.h>

#include <regex>

namespace bpf_exporter::app {
namespace {

TEST(VersionText, TellsTheLibrariesAndWhatTheyCan) {
  const std::regex form(
      R"(bpf_exporter \d+\.\d+\.\d+ \(revision \w+, \w+ [\d.]+\)
libbpf 1\.\d+( [+-][a-z.]+){4}
CivetWeb 1\.\d+
built with CLI11 \d[\d.]+, fmt \d[\d.]+, ISA-L \d[\d.]+, libcap \d[\d.]+, libelf \d[\d.]+, )"
      R"(prometheus-cpp \d[\d.]+, spdlog \d[\d.]+, yaml-cpp \d[\d.]+, zstd \d[\d.]+)");
  EXPECT_TRUE(std::regex_match(VersionText(), form)) << VersionText();
}

}  // namespace
}  // namespace bpf_exporter::app
