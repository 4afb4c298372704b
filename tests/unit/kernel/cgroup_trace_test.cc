// SPDX-License-Identifier: Apache-2.0
#include "kernel/cgroup_trace.h"

#include <gtest/gtest.h>

#include "kernel/programs/cgroup_report.h"

namespace bpf_exporter::kernel {
namespace {

// A record as the program sends it.
std::string Record(std::uint64_t id, bool removed, const std::string& path) {
  cgroup_report report{};
  report.id = id;
  report.removed = removed ? 1 : 0;
  path.copy(report.path, sizeof(report.path) - 1);
  return {reinterpret_cast<const char*>(&report), offsetof(cgroup_report, path) + path.size() + 1};
}

host::CgroupEvents Read(const std::string& record) {
  host::CgroupEvents events;
  ReadCgroupReport(record, events);
  return events;
}

TEST(CgroupReport, TellsIdAndPath) {
  for (const bool removed : {false, true}) {
    const host::CgroupEvents read = Read(Record(4711, removed, "/a.slice/b"));
    EXPECT_FALSE(read.lost);
    ASSERT_EQ(read.events.size(), 1u);
    EXPECT_EQ(read.events[0].id, 4711u);
    EXPECT_EQ(read.events[0].path, "/a.slice/b");
    EXPECT_EQ(read.events[0].removed, removed);
  }
}

TEST(CgroupReport, IsLostUnlessItIsWhole) {
  const std::string whole = Record(4711, false, "/a");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const host::CgroupEvents read = Read(whole.substr(0, size));
    EXPECT_TRUE(read.lost) << size;
    EXPECT_TRUE(read.events.empty()) << size;
  }
  // A path that the kernel could not tell.
  EXPECT_TRUE(Read(Record(4711, false, "")).lost);
}

}  // namespace
}  // namespace bpf_exporter::kernel
