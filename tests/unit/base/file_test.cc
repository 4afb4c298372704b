// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/temporary_folder.h"

namespace bpf_exporter {
namespace {

class RegularFile : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.path(name); }
  void Write(const std::string& name, const std::string& text) const { folder_.Write(name, text); }

  const TemporaryFolder folder_;
};

TEST_F(RegularFile, IsReadToItsEnd) {
  std::string text(200'000, 'x');
  text[100'000] = '\0';
  Write("large", text);
  Write("empty", "");
  const Result<std::string> large = ReadRegularFile(Path("large"), text.size());
  ASSERT_TRUE(large.ok()) << large.error().Message();
  EXPECT_EQ(*large, text);
  const Result<std::string> empty = ReadRegularFile(Path("empty"), 0);
  ASSERT_TRUE(empty.ok()) << empty.error().Message();
  EXPECT_EQ(*empty, "");
}

TEST_F(RegularFile, IsNotReadWhenItIsTooLarge) {
  Write("four", "1234");
  const Result<std::string> read = ReadRegularFile(Path("four"), 3);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().Message(), "has 4 bytes");
  EXPECT_EQ(read.error().code, EFBIG);
}

TEST_F(RegularFile, IsNothingElse) {
  const Result<std::string> folder = ReadRegularFile(folder_.path(), 10);
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.error().Message(), "is a directory");
  EXPECT_EQ(folder.error().code, EISDIR);
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const Result<std::string> fifo = ReadRegularFile(Path("fifo"), 10);
  ASSERT_FALSE(fifo.ok());
  EXPECT_EQ(fifo.error().Message(), "is not a regular file");
  EXPECT_EQ(fifo.error().code, EINVAL);
  const Result<std::string> none = ReadRegularFile(Path("none"), 10);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().Message(), "open: No such file or directory");
  EXPECT_EQ(none.error().code, ENOENT);
}

}  // namespace
}  // namespace bpf_exporter
