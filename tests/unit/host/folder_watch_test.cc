// SPDX-License-Identifier: Apache-2.0
#include "host/folder_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/temporary_folder.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;
using Inodes = std::vector<std::uint64_t>;

class FolderWatchTest : public ::testing::Test {
 protected:
  std::string At(const std::string& path) const { return folder_.path(path); }
  void Make(const std::string& path) const { fs::create_directories(At(path)); }
  std::uint64_t Inode(const std::string& path) const {
    struct stat status {};
    return stat(At(path).c_str(), &status) == 0 ? status.st_ino : 0;
  }

  TemporaryFolder folder_;
};

bool IsReadable(const FolderWatch& watch) {
  pollfd waiting{watch.fd(), POLLIN, 0};
  return poll(&waiting, 1, 0) == 1;
}

TEST_F(FolderWatchTest, TellsWhatIsThere) {
  Make("a/b");
  FolderWatch watch({At("a/b"), At("a/c"), At("a")});
  EXPECT_EQ(watch.Look(), (Inodes{Inode("a/b"), 0, Inode("a")}));
}

TEST_F(FolderWatchTest, WakesWhenAFolderIsMadeThoughTheOneAboveIsMissing) {
  FolderWatch watch({At("a/b/c")});
  EXPECT_EQ(watch.Look(), Inodes{0});
  EXPECT_FALSE(IsReadable(watch));
  Make("a");
  EXPECT_TRUE(IsReadable(watch));
  EXPECT_EQ(watch.Look(), Inodes{0});
  EXPECT_FALSE(IsReadable(watch));
  Make("a/b/c");  // two at once: only the first is under a watch
  EXPECT_TRUE(IsReadable(watch));
  EXPECT_EQ(watch.Look(), Inodes{Inode("a/b/c")});
}

TEST_F(FolderWatchTest, TellsOneThatIsMadeAnewByItsInode) {
  Make("a/b");
  FolderWatch watch({At("a/b")});
  const Inodes before = watch.Look();
  Make("a/new");  // while the first is there, so that it has another number
  fs::remove(At("a/b"));
  fs::rename(At("a/new"), At("a/b"));
  EXPECT_TRUE(IsReadable(watch));
  EXPECT_EQ(watch.Look(), Inodes{Inode("a/b")});
  EXPECT_NE(watch.Look(), before);
}

TEST_F(FolderWatchTest, GoesOnWhenTheFolderAboveIsMadeAnew) {
  Make("a/b");
  FolderWatch watch({At("a/b")});
  watch.Look();
  fs::remove_all(At("a"));
  EXPECT_TRUE(IsReadable(watch));
  EXPECT_EQ(watch.Look(), Inodes{0});
  Make("a");
  watch.Look();
  Make("a/b");
  EXPECT_TRUE(IsReadable(watch));
  EXPECT_EQ(watch.Look(), Inodes{Inode("a/b")});
}

TEST_F(FolderWatchTest, AFileIsNoFolder) {
  FolderWatch watch({At("x")});
  folder_.Write("x", "");
  EXPECT_EQ(watch.Look(), Inodes{0});
}

TEST(FolderWatch, TakesNoDescriptorForNothing) {
  FolderWatch watch({});
  EXPECT_TRUE(watch.Look().empty());
  EXPECT_EQ(watch.fd(), -1);
}

}  // namespace
}  // namespace bpf_exporter::host
