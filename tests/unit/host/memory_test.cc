// SPDX-License-Identifier: Apache-2.0
#include "host/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_folder.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMebibyte = 1 << 20;

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() { Write("proc/meminfo", "MemTotal: 4000 kB\nMemAvailable:    2048 kB\n"); }

  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path) << text;
  }
  // Mounts the cgroup `root` of a tree at the folder `at`.
  void Mount(const std::string& type, const std::string& root, const std::string& at,
             const std::string& options = "rw") {
    fs::create_directories(dir_ / "proc/self");
    std::ofstream mounts(dir_ / "proc/self/mountinfo", std::ios::app);
    mounts << "31 23 0:28 " << root << ' ' << (dir_ / at).string() << " rw,relatime shared:9 - "
           << type << ' ' << type << ' ' << options << '\n';
  }
  Memory Read() { return ReadMemory((dir_ / "proc").string()); }

  const TemporaryFolder folder_;
  const fs::path dir_ = folder_.path();
};

TEST_F(MemoryTest, IsWhatTheHostHasAvailable) {
  EXPECT_EQ(Read().available, 2 * kMebibyte);
  EXPECT_TRUE(Read().cgroups.empty());
  Write("proc/meminfo", "MemTotal: 4000 kB\n");  // before Linux 3.14
  EXPECT_FALSE(Read().available.has_value());
}

TEST_F(MemoryTest, HasTheLimitsFromTheOwnCgroupUp) {
  Write("proc/self/cgroup", "0::/pods/exporter\n");
  Mount("cgroup2", "/", "cgroup");
  Write("cgroup/pods/exporter/memory.max", "max\n");
  EXPECT_TRUE(Read().cgroups.empty());
  Write("cgroup/pods/memory.max", "268435456\n");
  Write("cgroup/pods/memory.current", "104857600\n");
  Write("cgroup/pods/memory.stat", "anon 1\ninactive_file 52428800\n");
  ASSERT_EQ(Read().cgroups.size(), 1u);
  EXPECT_EQ(Read().cgroups[0].path, (dir_ / "cgroup/pods").string());
  EXPECT_EQ(Read().cgroups[0].limit, 256 * kMebibyte);
  EXPECT_EQ(Read().cgroups[0].free, 206 * kMebibyte);
  Write("cgroup/pods/exporter/memory.max", "67108864\n");
  Write("cgroup/pods/exporter/memory.current", "67108865\n");
  ASSERT_EQ(Read().cgroups.size(), 2u);
  EXPECT_EQ(Read().cgroups[1].path, (dir_ / "cgroup/pods").string());
  EXPECT_EQ(Read().cgroups[0].path, (dir_ / "cgroup/pods/exporter").string());
  EXPECT_EQ(Read().cgroups[0].limit, 64 * kMebibyte);
  EXPECT_EQ(Read().cgroups[0].free, 0u);
}

TEST_F(MemoryTest, FindsTheCgroupInAContainer) {
  // With a namespace of its own, or without one and with its own part alone mounted.
  Mount("cgroup2", "/docker/0f", "cgroup");
  Write("cgroup/memory.max", "1048576\n");
  for (const char* own : {"0::/\n", "0::/docker/0f\n", "0::/../other\n"}) {
    Write("proc/self/cgroup", own);
    ASSERT_EQ(Read().cgroups.size(), 1u) << own;
    EXPECT_EQ(Read().cgroups[0].limit, kMebibyte);
    EXPECT_EQ(Read().cgroups[0].path, (dir_ / "cgroup").string());
  }
}

TEST_F(MemoryTest, ReadsVersion1) {
  Write("proc/self/cgroup", "9:name=systemd:/x\n4:cpu,memory:/a\n0::/\n");
  Mount("cgroup", "/", "systemd", "rw,name=systemd");
  Mount("cgroup", "/", "memory", "rw,cpu,memory");
  Mount("cgroup2", "/", "unified");
  Write("memory/memory.limit_in_bytes", "9223372036854771712\n");  // none
  EXPECT_TRUE(Read().cgroups.empty());
  Write("memory/a/memory.limit_in_bytes", "2097152\n");
  Write("memory/a/memory.usage_in_bytes", "1572864\n");
  Write("memory/a/memory.stat", "inactive_file 7\ntotal_inactive_file 524288\n");
  ASSERT_EQ(Read().cgroups.size(), 1u);
  EXPECT_EQ(Read().cgroups[0].limit, 2 * kMebibyte);
  EXPECT_EQ(Read().cgroups[0].free, kMebibyte);
}

TEST_F(MemoryTest, CountsTheCpusThatMayCome) {
  const auto cpus = [&](const char* possible) {
    Write("sys/devices/system/cpu/possible", possible);
    return ReadMachine((dir_ / "sys").string()).cpus;
  };
  EXPECT_EQ(cpus("0\n"), 1u);
  EXPECT_EQ(cpus("0-3\n"), 4u);
  EXPECT_EQ(cpus("0,2-127\n"), 128u);
  EXPECT_EQ(cpus("0-3,8\n"), 9u);
  EXPECT_EQ(cpus(""), 1u);
  EXPECT_EQ(ReadMachine((dir_ / "nothing").string()).cpus, 1u);
  EXPECT_EQ(ReadMachine().page_size, static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace
}  // namespace bpf_exporter::host
