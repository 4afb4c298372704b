// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/near_names.h"

#include <gtest/gtest.h>

namespace bpf_exporter::kernel {
namespace {

const std::vector<std::string> kNames = {"main",   "work_a",   "work_b",
                                         "rework", "vfs_read", "work_a"};

TEST(NearNames, ShareTheLongestBeginningOfThePattern) {
  EXPECT_EQ(NearNames("work_c*", kNames), "it has 'work_a', 'work_b'");
  EXPECT_EQ(NearNames("*worker?", kNames), "it has 'work_a', 'work_b', 'rework'");
  EXPECT_EQ(NearNames("vfs_raed*", kNames), "it has 'vfs_read'");
}

TEST(NearNames, AreGuessedElse) {
  EXPECT_EQ(NearNames("wrk_a*", kNames), "did you mean 'work_a'?");
  EXPECT_EQ(NearNames("something_else*", kNames), "");
  EXPECT_EQ(NearNames("*", kNames), "");
  EXPECT_EQ(NearNames("work*", {}), "");
}

TEST(NearNames, AreFiveAtMost) {
  const std::vector<std::string> many = {"f_aa", "f_ab", "f_ac", "f_ad", "f_ae", "f_af"};
  EXPECT_EQ(NearNames("f_ax*", many), "it has 'f_aa', 'f_ab', 'f_ac', 'f_ad', 'f_ae'");
}

}  // namespace
}  // namespace bpf_exporter::kernel
