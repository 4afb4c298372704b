// SPDX-License-Identifier: Apache-2.0
#include "host/kernel_modules.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/temporary_folder.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;

std::uint64_t InodeOf(const fs::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

TEST(KernelModules, HaveTheInodesOfTheirFolders) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("loop"));
  fs::create_directory(folder.path("veth"));
  const KernelModules expected = {{"loop", InodeOf(folder.path("loop"))},
                                  {"veth", InodeOf(folder.path("veth"))}};
  EXPECT_EQ(ModulesNow(folder.path()), expected);
}

TEST(KernelModules, HaveAnotherNumberWhenTheirFolderIsAnother) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("loop"));
  const std::uint64_t before = ModulesNow(folder.path()).at("loop");
  fs::create_directory(folder.path("next"));
  fs::remove(folder.path("loop"));
  fs::rename(folder.path("next"), folder.path("loop"));
  EXPECT_NE(ModulesNow(folder.path()).at("loop"), before);
}

TEST(KernelModules, AreNoneWhereTheKernelDoesNotTell) {
  EXPECT_EQ(ModulesNow("/no/such/folder"), KernelModules());
}

}  // namespace
}  // namespace bpf_exporter::host
