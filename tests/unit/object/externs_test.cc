// SPDX-License-Identifier: Apache-2.0
#include "object/externs.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/paths.h"

namespace bpf_exporter::object {
namespace {

using Names = std::set<std::string>;

std::string Object() {
  std::ifstream file(BuildPath("tests/programs/externs.bpf.o"), std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

TEST(Externs, AreUsedByPrograms) {
  EXPECT_EQ(ProgramsThatUse(Object(), "bpf_exporter_strong"), Names{"by_strong"});
  EXPECT_EQ(ProgramsThatUse(Object(), "bpf_exporter_weak"), Names{"by_weak"});
  EXPECT_EQ(ProgramsThatUse(Object(), "LINUX_KERNEL_VERSION"), Names{"by_version"});
  EXPECT_EQ(ProgramsThatUse(Object(), "bpf_exporter_unused"), Names{"by_function"});
  EXPECT_EQ(ProgramsThatUse(Object(), "bpf_exporter_none"), Names{});
}

TEST(Externs, AreNoFunctionsOfTheObject) {
  EXPECT_EQ(ProgramsThatUse(Object(), "by_strong"), Names{});
  EXPECT_EQ(WithWeakSymbol(Object(), "by_strong"), Object());
}

TEST(Externs, BecomeWeakByOneBit) {
  const std::string before = Object();
  const std::string after = WithWeakSymbol(before, "bpf_exporter_strong");
  ASSERT_EQ(after.size(), before.size());
  std::string changes;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    changes += std::to_string(before[i] >> 4) + ">" + std::to_string(after[i] >> 4) + " ";
    EXPECT_EQ(before[i] & 15, after[i] & 15);
  }
  EXPECT_EQ(changes, "1>2 ") << "STB_GLOBAL becomes STB_WEAK";
  EXPECT_EQ(WithWeakSymbol(after, "bpf_exporter_strong"), after);
}

TEST(Externs, AreNotInWhatIsNoElfFile) {
  EXPECT_EQ(ProgramsThatUse("", "x"), Names{});
  EXPECT_EQ(ProgramsThatUse("text", "x"), Names{});
  EXPECT_EQ(WithWeakSymbol("text", "x"), "text");
}

}  // namespace
}  // namespace bpf_exporter::object
