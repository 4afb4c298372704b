// SPDX-License-Identifier: Apache-2.0
#include "object/binary_functions.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

// A function that this very program has, with code of its own.
extern "C" __attribute__((noinline, used, visibility("default"))) int bpf_exporter_binary_function(
    int number) {
  asm volatile("" ::: "memory");
  return number * 3;
}

namespace bpf_exporter::object {
namespace {

TEST(BinaryFunctions, AreWhereTheCodeInMemoryComesFrom) {
  std::set<std::uint64_t> offsets;
  const Status read =
      ReadBinaryFunctions("/proc/self/exe", [&](std::string_view name, std::uint64_t offset) {
        if (name == "bpf_exporter_binary_function") offsets.insert(offset);
      });
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(offsets.size(), 1u);
  // The kernel's own account of which part of the file is mapped where.
  const auto address = reinterpret_cast<std::uint64_t>(&bpf_exporter_binary_function);
  std::ifstream maps("/proc/self/maps");
  std::uint64_t wanted = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long start = 0, end = 0, offset = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %*s %lx", &start, &end, &offset) != 3) continue;
    if (start <= address && address < end) wanted = address - start + offset;
  }
  EXPECT_EQ(*offsets.begin(), wanted);
}

TEST(BinaryFunctions, AreThoseOfALibraryThatIsStripped) {
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&getppid), &info), 0);
  std::set<std::string> names;
  const Status read = ReadBinaryFunctions(info.dli_fname, [&](std::string_view name, auto) {
    if (name == "fopen" || name == "getppid" || name == "environ") names.emplace(name);
  });
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(names, (std::set<std::string>{"fopen", "getppid"}));  // environ is a variable
}

TEST(BinaryFunctions, AreThoseThatTheFileHasAndNotThoseThatItUses) {
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&getppid), &info), 0);
  EXPECT_TRUE(HasFunction(info.dli_fname, "getppid"));
  EXPECT_FALSE(HasFunction(info.dli_fname, "environ")) << "a variable";
  EXPECT_FALSE(HasFunction("/proc/self/exe", "getppid")) << "used only";
  EXPECT_TRUE(HasFunction("/proc/self/exe", "bpf_exporter_binary_function"));
  EXPECT_FALSE(HasFunction("/etc/passwd", "getppid"));
  EXPECT_FALSE(HasFunction("/none", "getppid"));
}

TEST(BinaryFunctions, AreCodeAndDataIsNot) {
  std::uint64_t offset = 0;
  ASSERT_TRUE(ReadBinaryFunctions("/proc/self/exe", [&](std::string_view name, std::uint64_t at) {
                if (name == "bpf_exporter_binary_function") offset = at;
              }).ok());
  EXPECT_EQ(IsCode("/proc/self/exe", offset), true);
  EXPECT_EQ(IsCode("/proc/self/exe", 0), false) << "the head of the file";
  EXPECT_EQ(IsCode("/proc/self/exe", std::filesystem::file_size("/proc/self/exe")), false);
  EXPECT_EQ(IsCode("/proc/self/exe", UINT64_MAX), false);
  EXPECT_EQ(IsCode("/etc/passwd", 0), std::nullopt);
  EXPECT_EQ(IsCode("/none", 0), std::nullopt);
}

TEST(BinaryFunctions, AreInNothingElse) {
  const auto ignore = [](std::string_view, std::uint64_t) {};
  EXPECT_EQ(ReadBinaryFunctions("/etc/passwd", ignore).error().code, ENOEXEC);
  EXPECT_EQ(ReadBinaryFunctions("/dev/null", ignore).error().code, ENOEXEC);
  EXPECT_EQ(ReadBinaryFunctions("/nonexistent", ignore).error().code, ENOENT);
}

// Every cut of a program is read without a crash.
TEST(BinaryFunctions, MayBeCorrupt) {
  std::ifstream file("/bin/true", std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string bytes = content.str();
  const std::string path = testing::TempDir() + "cut";
  for (std::size_t size = 0; size < bytes.size(); size += 997) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes.substr(0, size);
    static_cast<void>(ReadBinaryFunctions(path, [](std::string_view, std::uint64_t) {}));
  }
  for (std::size_t at = 0; at < 4096; at += 13) {
    std::string changed = bytes;
    changed[at % changed.size()] ^= 0x55;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << changed;
    static_cast<void>(ReadBinaryFunctions(path, [](std::string_view, std::uint64_t) {}));
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace bpf_exporter::object
