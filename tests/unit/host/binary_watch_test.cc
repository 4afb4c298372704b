// SPDX-License-Identifier: Apache-2.0
#include "host/binary_watch.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/fd.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class BinaryWatchTest : public ::testing::Test {
 protected:
  std::string At(const std::string& path) const { return folder_.path(path); }
  std::string Make(const std::string& path) const {
    fs::create_directories(fs::path(At(path)).parent_path());
    std::ofstream(At(path)) << "a page";
    return At(path);
  }
  // Puts another file in the place of that one, as packages do.
  void Replace(const std::string& path) const { fs::rename(Make(path + ".new"), At(path)); }

  TemporaryFolder folder_;
};

std::set<std::string> Paths(const BinaryFiles& files) {
  std::set<std::string> paths;
  for (const auto& [id, file] : files) paths.insert(file.path);
  return paths;
}

bool Readable(const BinaryWatch& watch) {
  pollfd waiting{watch.fd(), POLLIN, 0};
  return poll(&waiting, 1, 0) == 1;
}

TEST_F(BinaryWatchTest, FindsAPathAGlobAndAName) {
  const std::string first = Make("a/app");
  const std::string second = Make("b/app");
  Make("c/other");
  fs::create_directories(At("d/app"));
  EXPECT_EQ(Paths(*FindBinaries(first)), std::set<std::string>{first});
  EXPECT_EQ(Paths(*FindBinaries(At("*/app"))), (std::set<std::string>{first, second}));
  EXPECT_TRUE(FindBinaries(At("e/app"))->empty());
  EXPECT_TRUE(FindBinaries(At("e/*"))->empty());
  const auto shell = FindBinaries("sh");
  ASSERT_TRUE(shell.has_value());
  ASSERT_EQ(shell->size(), 1u);
  EXPECT_TRUE(fs::equivalent(shell->begin()->second.path, "/bin/sh"));
  EXPECT_TRUE(FindBinaries("libc.so.6").has_value());
  EXPECT_FALSE(FindBinaries("no-program-of-that-name").has_value());
}

TEST_F(BinaryWatchTest, FindsAFileOnceWhateverPathsLeadToIt) {
  fs::create_directories(At("b"));
  fs::create_hard_link(Make("a/app"), At("b/app"));
  fs::create_symlink(At("a/app"), At("b/link"));
  EXPECT_EQ(FindBinaries(At("*/*"))->size(), 1u);
}

TEST_F(BinaryWatchTest, LooksAgainAfterASecond) {
  BinaryWatch watch({At("app"), At("a*")});
  EXPECT_EQ(watch.Of(At("app")), nullptr);
  const Time start{};
  watch.Look(start);
  ASSERT_NE(watch.Of(At("app")), nullptr);
  EXPECT_TRUE(watch.Of(At("app"))->empty());
  Make("app");
  watch.Look(start + std::chrono::milliseconds(999));
  EXPECT_TRUE(watch.Of(At("app"))->empty());
  watch.Look(start + seconds(1));
  EXPECT_EQ(watch.Of(At("app"))->size(), 1u);
  EXPECT_EQ(watch.Of(At("a*"))->size(), 1u);
  EXPECT_EQ(watch.Of(At("other")), nullptr);
}

TEST_F(BinaryWatchTest, HearsOfFilesThatGlobsName) {
  Make("lib/one/app");
  BinaryWatch watch({At("lib/*/app")});
  Time now{};
  watch.Look(now);
  watch.Look(now += seconds(1));  // once more, since folders are watched from the first on
  EXPECT_EQ(Readable(watch), false);
  const std::uint64_t old = watch.Of(At("lib/*/app"))->begin()->first;
  watch.Look(now += seconds(1));
  Replace("lib/one/app");
  EXPECT_EQ(Readable(watch), true);
  watch.Look(now += seconds(1));
  EXPECT_EQ(Readable(watch), false);
  ASSERT_EQ(watch.Of(At("lib/*/app"))->size(), 1u);
  EXPECT_FALSE(watch.Of(At("lib/*/app"))->contains(old));
  // In a folder that comes, a moment after that.
  fs::create_directories(At("lib/two"));
  watch.Look(now += seconds(1));
  Make("lib/two/app");
  watch.Look(now += seconds(1));
  EXPECT_EQ(watch.Of(At("lib/*/app"))->size(), 2u);
}

TEST_F(BinaryWatchTest, SeesProcessesThatComeAndEnd) {
  const std::string name = fs::path(Make("here/bpf_exporter_app")).filename();
  const std::string pattern = "/proc/*/cwd/" + name;
  BinaryWatch watch({pattern});
  Time now{};
  watch.Look(now);
  watch.Look(now += seconds(1));
  EXPECT_TRUE(watch.Of(pattern)->empty());
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(At("here").c_str()) == 0) pause();
    _exit(0);
  }
  while (fs::read_symlink(fmt::format("/proc/{}/cwd", child)) != At("here")) usleep(1000);
  watch.Look(now += seconds(1));
  EXPECT_EQ(Paths(*watch.Of(pattern)),
            std::set<std::string>{fmt::format("/proc/{}/cwd/{}", child, name)});
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  watch.Look(now += seconds(1));
  EXPECT_TRUE(watch.Of(pattern)->empty());
}

TEST_F(BinaryWatchTest, KeepsAReplacedFileWhileAProcessHasItMapped) {
  const std::string path = Make("app");
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  void* mapped = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, file.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  BinaryWatch watch({path});
  const Time start{};
  watch.Look(start);
  const std::uint64_t old = watch.Of(path)->begin()->first;
  Replace("app");
  watch.Look(start + seconds(5));
  EXPECT_EQ(watch.Of(path)->size(), 2u);
  EXPECT_TRUE(watch.Of(path)->contains(old));
  munmap(mapped, 4096);
  watch.Look(start + seconds(64));  // the mappings are those of a minute ago
  EXPECT_TRUE(watch.Of(path)->contains(old));
  watch.Look(start + seconds(70));
  EXPECT_EQ(watch.Of(path)->size(), 1u);
  EXPECT_FALSE(watch.Of(path)->contains(old));
}

TEST_F(BinaryWatchTest, LetsAReplacedFileGoThatNobodyHasMapped) {
  const std::string path = Make("app");
  BinaryWatch watch({path});
  watch.Look(Time{});
  Replace("app");
  watch.Look(Time{} + seconds(5));
  EXPECT_EQ(watch.Of(path)->size(), 1u);
}

}  // namespace
}  // namespace bpf_exporter::host
