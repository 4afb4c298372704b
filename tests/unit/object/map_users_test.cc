// SPDX-License-Identifier: Apache-2.0
#include "object/map_users.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/paths.h"

namespace bpf_exporter::object {
namespace {

using Names = std::set<std::string>;

std::string Object() {
  std::ifstream file(BuildPath("tests/programs/proposed.bpf.o"), std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

TEST(MapUsers, AreProgramsThatNameTheMapOrCallWhatDoes) {
  EXPECT_EQ(ProgramsThatUseMap(Object(), "start"), Names{"kill_begins"});
  EXPECT_EQ(ProgramsThatUseMap(Object(), "events"), Names{"executed"});
  EXPECT_EQ(ProgramsThatUseMap(Object(), "ring"),
            (Names{"exec_begins", "generated_btf", "generated_raw", "kill_ends"}));
}

TEST(MapUsers, AreNoneOfOtherSymbols) {
  EXPECT_EQ(ProgramsThatUseMap(Object(), "flows"), Names{});
  EXPECT_EQ(ProgramsThatUseMap(Object(), "hits"), Names{}) << "a variable";
  EXPECT_EQ(ProgramsThatUseMap(Object(), "none"), Names{});
  EXPECT_EQ(ProgramsThatUseMap("text", "ring"), Names{});
}

TEST(MapUsers, DeleteRows) {
  EXPECT_TRUE(DeletesRowsOf(Object(), "by_request"));
  EXPECT_FALSE(DeletesRowsOf(Object(), "by_cache"));
  EXPECT_FALSE(DeletesRowsOf(Object(), "flows"));
  EXPECT_FALSE(DeletesRowsOf("text", "by_request"));
}

}  // namespace
}  // namespace bpf_exporter::object
