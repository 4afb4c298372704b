// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "object/child.h"
#include "object/read_layout.h"
#include "support/paths.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::object {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string GoodObject() { return ReadFile(BuildPath("tests/programs/shapes.bpf.o")); }

class CorruptObject : public testing::Test {
 protected:
  // The error of reading `bytes` as an object, without its subject; "fine" if there is none.
  std::string ErrorOf(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return ErrorOfFile();
  }
  std::string ErrorOfFile() {
    const Result<ObjectLayout> layout = ReadObjectLayout(path_);
    if (layout) return "fine";
    const std::string subject = "object '" + path_ + "': ";
    const std::string& text = layout.error().Message();
    EXPECT_EQ(text.substr(0, subject.size()), subject);
    EXPECT_GT(text.size(), subject.size() + 10);
    EXPECT_EQ(text.find_first_of("\n\r\t"), std::string::npos) << text;
    return text.substr(subject.size());
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path("x.bpf.o");
};

TEST_F(CorruptObject, NamesTheCauseForFilesThatAreNoObjects) {
  EXPECT_EQ(ErrorOfFile(), "open: No such file or directory");
  EXPECT_EQ(ErrorOf(""), "open: it is not an ELF file; clang -target bpf -c makes one");
  EXPECT_EQ(ErrorOf("metrics:\n"), "open: it is not an ELF file; clang -target bpf -c makes one");
  EXPECT_EQ(ErrorOf(GoodObject().substr(0, 63)), "open: it ends inside the ELF header");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(ErrorOfFile(), "open: it is a directory");
  std::filesystem::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(ErrorOfFile(), "open: it is not a regular file");
}

TEST_F(CorruptObject, RefusesFilesOverTheLimitWithoutReadingThem) {
  std::ofstream(path_) << "x";
  std::filesystem::resize_file(path_, (64u << 20) + 1);
  EXPECT_EQ(ErrorOfFile(), "open: it has 67108865 bytes, more than 64 MiB");
}

TEST_F(CorruptObject, RefusesOtherMachines) {
  EXPECT_EQ(ErrorOf(ReadFile("/proc/self/exe").substr(0, 4096)),
            "open: it is an ELF file for machine 62, not BPF; compile with clang -target bpf");
  std::string swapped = GoodObject();
  swapped[5] = 2;  // EI_DATA: big-endian
  EXPECT_EQ(ErrorOf(swapped),
            "open: its byte order is not this machine's; compile on this architecture with clang "
            "-target bpf");
  std::string narrow = GoodObject();
  narrow[4] = 1;  // EI_CLASS: 32-bit
  EXPECT_EQ(ErrorOf(narrow), "open: it is not a 64-bit ELF file; compile with clang -target bpf");
  std::string linked = GoodObject();
  linked[16] = 3;  // e_type: a shared library
  EXPECT_EQ(ErrorOf(linked),
            "open: it is not a relocatable object file; clang -target bpf -c makes one");
}

TEST_F(CorruptObject, NamesWhatTheObjectLacks) {
  EXPECT_EQ(ErrorOf(ReadFile(BuildPath("tests/programs/no_maps.bpf.o"))),
            "open: it has no maps and no global variables; metrics are read from maps declared in "
            "SEC(\".maps\"), and from variables");
}

TEST_F(CorruptObject, AsksForDebugInformationWhereThereIsNoBtf) {
  std::string object = GoodObject();
  const std::size_t name = object.find(std::string_view(".BTF\0", 5));
  ASSERT_NE(name, std::string::npos);
  object[name + 3] = 'X';
  EXPECT_EQ(ErrorOf(object), "open: it has no BTF that libbpf can read; compile with clang -g");
}

TEST_F(CorruptObject, GivesTheReasonOfLibbpf) {
  std::string object = GoodObject();
  const std::size_t name = object.find("max_entries");
  ASSERT_NE(name, std::string::npos);
  object[name] = '\x01';
  // The words are libbpf's, which differ between its releases; they name the field.
  const std::string error = ErrorOf(object);
  EXPECT_TRUE(error.starts_with("open: ")) << error;
  EXPECT_NE(error.find("'\\x01ax_entries'"), std::string::npos) << error;
}

TEST_F(CorruptObject, SurvivesTruncationAnywhere) {
  const std::string good = GoodObject();
  int failures = 0;
  for (std::size_t size = 0; size < good.size(); size += good.size() / 150 + 1) {
    failures += ErrorOf(good.substr(0, size)) != "fine";
  }
  EXPECT_GT(failures, 140);
}

TEST_F(CorruptObject, SurvivesRandomChanges) {
  const std::string good = GoodObject();
  std::mt19937 random(20261);
  for (int round = 0; round < 300; ++round) {
    std::string bad = good;
    for (unsigned changes = 1 + random() % 8; changes > 0; --changes) {
      bad[64 + random() % (bad.size() - 64)] = static_cast<char>(random());
    }
    const std::string error = ErrorOf(bad);
    if (getenv("SHOW_ERRORS") != nullptr && error != "fine") puts(error.c_str());
  }
}

}  // namespace
}  // namespace bpf_exporter::object
