// SPDX-License-Identifier: Apache-2.0
#include "loader/memory_limit.h"

#include <gtest/gtest.h>

namespace bpf_exporter::loader {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20, kGibibyte = 1 << 30;

TEST(MemoryLimitTest, IsAQuarterOfWhatTheHostHas) {
  const plan::MemoryLimit limit = LimitOf({}, {.available = 24 * kGibibyte});
  EXPECT_EQ(limit.all_maps, 6 * kGibibyte);
  EXPECT_EQ(limit.one_map, kGibibyte);
  EXPECT_EQ(limit.reason, "a quarter of the 24 GiB that this host has available");
}

TEST(MemoryLimitTest, IsAQuarterOfTheCgroupsLimitIfThatIsLess) {
  host::Memory memory{.available = 24 * kGibibyte,
                      .cgroups = {{"/cg/x", 256 * kMebibyte, 200 * kMebibyte}}};
  const plan::MemoryLimit limit = LimitOf({}, memory);
  EXPECT_EQ(limit.all_maps, 64 * kMebibyte);
  EXPECT_EQ(limit.reason, "a quarter of the limit of cgroup '/cg/x', 256 MiB");
  memory.available = 64 * kMebibyte;
  EXPECT_EQ(LimitOf({}, memory).all_maps, 16 * kMebibyte);
}

TEST(MemoryLimitTest, IsNeverMoreThanIsFree) {
  const host::Memory memory{.cgroups = {{"/cg/x", 256 * kMebibyte, 10 * kMebibyte}}};
  const plan::MemoryLimit limit = LimitOf({}, memory);
  EXPECT_EQ(limit.all_maps, 10 * kMebibyte);
  EXPECT_EQ(limit.reason, "what is free below the limit of cgroup '/cg/x', 256 MiB");
}

TEST(MemoryLimitTest, LeavesOutWhatOthersMayStillTake) {
  const host::Memory memory{.available = 24 * kGibibyte,
                            .cgroups = {{"/cg/x", 16 * kGibibyte, 12 * kGibibyte}}};
  plan::MemoryLimit limit = LimitOf({}, memory, 20 * kGibibyte);
  EXPECT_EQ(limit.all_maps, 0u);
  EXPECT_EQ(limit.reason,
            "what is free below the limit of cgroup '/cg/x', 16 GiB, less the 20 GiB that maps of "
            "other configurations may still take");
  limit = LimitOf({}, {.available = 24 * kGibibyte}, 20 * kGibibyte);
  EXPECT_EQ(limit.all_maps, kGibibyte);
  EXPECT_EQ(limit.reason,
            "a quarter of the 24 GiB that this host has available, less the 20 GiB that maps of "
            "other configurations may still take");
  EXPECT_EQ(LimitOf(kGibibyte, memory, 20 * kGibibyte).all_maps, kGibibyte);
}

TEST(MemoryLimitTest, IsTheLeastOfAllCgroups) {
  const host::CgroupMemory own{"/cg/x/y", 64 * kMebibyte, 60 * kMebibyte};
  const host::CgroupMemory above{"/cg/x", 1'024 * kMebibyte, 50 * kMebibyte};
  EXPECT_EQ(LimitOf({}, {.cgroups = {own, above}}).all_maps, 16 * kMebibyte);
  EXPECT_EQ(LimitOf({}, {.cgroups = {above}}).all_maps, 50 * kMebibyte);
}

TEST(MemoryLimitTest, IsWhatTheFlagSays) {
  const plan::MemoryLimit limit = LimitOf(8 * kGibibyte, {.available = kGibibyte});
  EXPECT_EQ(limit.all_maps, 8 * kGibibyte);
  EXPECT_EQ(limit.one_map, 8 * kGibibyte);
  EXPECT_EQ(limit.reason, "--bpf.max-memory");
}

TEST(MemoryLimitTest, IsOfMapsAloneWhereTheHostDoesNotTell) {
  EXPECT_EQ(LimitOf({}, {}).all_maps, UINT64_MAX);
  EXPECT_EQ(LimitOf({}, {}).one_map, kGibibyte);
}

}  // namespace
}  // namespace bpf_exporter::loader
