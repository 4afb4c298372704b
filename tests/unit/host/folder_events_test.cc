// SPDX-License-Identifier: Apache-2.0
#include "host/folder_events.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/temporary_folder.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;

TEST(FolderEvents, TellOfWhatHappensInTheFolders) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("a"));
  fs::create_directory(folder.path("b"));
  FolderEvents events;
  EXPECT_EQ(events.fd(), -1);
  EXPECT_FALSE(events.Happened());
  EXPECT_TRUE(events.Watch({folder.path("a"), folder.path("none")}));
  EXPECT_FALSE(events.Watch({folder.path("a"), folder.path("none")}));
  EXPECT_FALSE(events.Happened());
  folder.Write("a/file", "text");
  EXPECT_TRUE(events.Happened());
  EXPECT_FALSE(events.Happened());
  folder.Write("b/file", "text");
  EXPECT_FALSE(events.Happened());
  EXPECT_TRUE(events.Watch({folder.path("b")}));
  fs::remove(folder.path("a/file"));
  EXPECT_FALSE(events.Happened());
  fs::rename(folder.path("b/file"), folder.path("b/other"));
  EXPECT_TRUE(events.Happened());
}

TEST(FolderEvents, AreOfABoundedNumberOfFolders) {
  std::set<std::string> folders;
  for (std::size_t i = 0; i < 2 * FolderEvents::kMaxFolders; ++i) {
    folders.insert("/no/such/" + std::to_string(i));
  }
  FolderEvents events;
  EXPECT_TRUE(events.Watch(folders));
  EXPECT_FALSE(events.Watch(folders));
}

}  // namespace
}  // namespace bpf_exporter::host
