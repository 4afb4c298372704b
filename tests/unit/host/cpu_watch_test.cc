// SPDX-License-Identifier: Apache-2.0
#include "host/cpu_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace bpf_exporter::host {
namespace {

using Cpus = std::vector<int>;

TEST(CpuList, HoldsNumbersAndRanges) {
  EXPECT_EQ(ParseCpuList("0"), Cpus{0});
  EXPECT_EQ(ParseCpuList("0-3"), (Cpus{0, 1, 2, 3}));
  EXPECT_EQ(ParseCpuList("0-1,4,6-7"), (Cpus{0, 1, 4, 6, 7}));
  EXPECT_EQ(ParseCpuList(""), Cpus{});
}

TEST(CpuList, IsBoundedWhateverItSays) {
  EXPECT_LE(ParseCpuList("0-4000000000").size(), 65537u);
  EXPECT_LE(ParseCpuList("0-2000000000").size(), 65537u);
  EXPECT_EQ(ParseCpuList("a-b,,x"), Cpus{});
  EXPECT_EQ(ParseCpuList("3-1"), Cpus{});
}

TEST(CpuThatWent, ReadsTheKernelsMessagesAlone) {
  using namespace std::string_view_literals;
  EXPECT_EQ(CpuThatWent("offline@/devices/system/cpu/cpu1\0ACTION=offline\0SEQNUM=7\0"sv), 1);
  EXPECT_EQ(CpuThatWent("offline@/devices/system/cpu/cpu128"), 128);
  EXPECT_EQ(CpuThatWent("online@/devices/system/cpu/cpu1\0ACTION=online\0"sv), std::nullopt);
  EXPECT_EQ(CpuThatWent("offline@/devices/system/memory/memory1"), std::nullopt);
  EXPECT_EQ(CpuThatWent("offline@/devices/system/cpu/cpu"), std::nullopt);
  EXPECT_EQ(CpuThatWent("offline@/devices/system/cpu/cpu1x"), std::nullopt);
  EXPECT_EQ(CpuThatWent(""), std::nullopt);
}

TEST(CpuWatchTest, KnowsAsManyCpusAsTheLibraryDoes) {
  const auto count = static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_EQ(CpusNow().size(), count);
  CpuWatch watch;
  EXPECT_EQ(watch.Look(), CpusNow());
}

}  // namespace
}  // namespace bpf_exporter::host
