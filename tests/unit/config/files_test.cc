// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "support/temporary_folder.h"
#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

class Files : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return dir_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const { folder_.Write(name, text); }
  static std::string Problem(const std::string& path) {
    const Result<std::string> text = ReadConfigFile(path);
    return text.ok() ? "" : text.error().Message();
  }

  const TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(Files, ReadsAFileOfTheGreatestSize) {
  Write("a.yaml", std::string(1 << 20, 'x'));
  const Result<std::string> text = ReadConfigFile(Path("a.yaml"));
  ASSERT_TRUE(text.ok()) << text.error().Message();
  EXPECT_EQ(*text, std::string(1 << 20, 'x'));
}

TEST_F(Files, RefusesAFileThatIsTooLarge) {
  Write("a.yaml", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(Problem(Path("a.yaml")), "open: it has more than 1048576 bytes");
}

TEST_F(Files, SaysWhichFileIsMissing) {
  EXPECT_EQ(Problem(Path("a.yaml")), "open: No such file or directory");
  const Result<std::string> text = ReadConfigFile(Path("a.yaml"));
  EXPECT_EQ(ENOENT, text.error().code);
}

TEST_F(Files, RefusesWhatIsNoRegularFile) {
  EXPECT_EQ(Problem(dir_), "open: it is a directory");
  EXPECT_EQ(Problem("/dev/zero"), "open: it is not a regular file");
  ASSERT_EQ(mkfifo(Path("fifo.yaml").c_str(), 0600), 0);
  EXPECT_EQ(Problem(Path("fifo.yaml")), "open: it is not a regular file");
}

TEST_F(Files, ReadsThroughALink) {
  Write("a.yaml", "x");
  std::filesystem::create_symlink("a.yaml", Path("b.yaml"));
  EXPECT_EQ(Problem(Path("b.yaml")), "");
}

TEST_F(Files, ListsConfigurationsByName) {
  Write("b.yaml", "");
  Write("a.yaml", "");
  Write("c.yml", "");
  Write("d.yaml~", "");
  Write(".hidden.yaml", "");
  Write("e.bpf.o", "");
  std::filesystem::create_directory(Path("f.yaml"));
  std::filesystem::create_symlink("a.yaml", Path("g.yaml"));
  std::filesystem::create_symlink("nowhere", Path("h.yaml"));
  const auto names = ListConfigs(dir_);
  ASSERT_TRUE(names.ok()) << names.error().Message();
  EXPECT_EQ(*names, (std::vector<std::string>{"a", "b", "c", "g"}));
}

TEST_F(Files, SaysWhichDirectoryIsMissing) {
  const auto names = ListConfigs(Path("nowhere"));
  ASSERT_FALSE(names.ok());
  EXPECT_EQ(names.error().Message(),
            "configuration directory '" + Path("nowhere") + "': open: No such file or directory");
}

TEST_F(Files, RefusesToListAFile) {
  Write("a.yaml", "");
  const auto names = ListConfigs(Path("a.yaml"));
  ASSERT_FALSE(names.ok());
  EXPECT_EQ(names.error().Message(),
            "configuration directory '" + Path("a.yaml") + "': open: Not a directory");
}

TEST(ConfigNames, StayBelowTheDirectory) {
  for (const char* name : {"runqlat", "net/tcp", "a..b", "..a", "with space"}) {
    EXPECT_TRUE(ValidConfigName(name).ok()) << name;
  }
  const std::pair<std::string, std::string> bad[] = {
      {"", "configuration name '': is empty"},
      {"/etc/x", "configuration name '/etc/x': must be relative to the configuration directory"},
      {"..", "configuration name '..': must not leave the configuration directory with '..'"},
      {"../x", "configuration name '../x': must not leave the configuration directory with '..'"},
      {"a/../../x",
       "configuration name 'a/../../x': must not leave the configuration directory with '..'"},
      {"a/", "configuration name 'a/': ends in '/'"},
      {"a\nb", "configuration name 'a\\nb': has a control character"},
  };
  for (const auto& [name, text] : bad) {
    const Status status = ValidConfigName(name);
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_EQ(text, status.error().Message());
  }
}

TEST_F(Files, MayEndInYml) {
  Write("a.yaml", "");
  Write("b.yml", "");
  Write("c.yaml", "");
  Write("c.yml", "");
  EXPECT_EQ(*ListConfigs(dir_), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(*FindConfig(dir_, "a"), Path("a.yaml"));
  EXPECT_EQ(*FindConfig(dir_, "b"), Path("b.yml"));
  EXPECT_EQ(*FindConfig(dir_, "d"), Path("d.yaml"));
  EXPECT_EQ(
      FindConfig(dir_, "c").error().Message(),
      "configuration 'c' is there twice: '" + Path("c.yaml") + "' and '" + Path("c.yml") + "'");
  EXPECT_EQ(ConfigName("x/y.yml"), "y");
  EXPECT_EQ(ConfigName("x/y.txt"), "y.txt");
}

}  // namespace
}  // namespace bpf_exporter::config
