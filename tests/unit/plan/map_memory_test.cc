// SPDX-License-Identifier: Apache-2.0
#include "plan/map_memory.h"

#include <gtest/gtest.h>
#include <linux/version.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "object/map_types.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::uint32_t kArena = 33;  // newer than Debian 12's header

// A map, and what Linux 6.18 said on two CPUs that it charged for it: when it was made, and when
// it was full (0: it does not grow). tests/kernel/map_memory_test.cc asks other kernels, too.
struct Charged {
  std::uint32_t type;
  std::uint32_t key_size;
  std::uint32_t value_size;
  std::uint32_t max_entries;
  std::uint32_t flags;
  std::uint64_t at_once;
  std::uint64_t at_most = 0;
};

const std::vector<Charged> kCharged = {
    {BPF_MAP_TYPE_HASH, 4, 8, 100, 0, 9'488},
    {BPF_MAP_TYPE_HASH, 4, 4, 4'096, 0, 328'720},
    {BPF_MAP_TYPE_HASH, 4, 160, 65'536, 0, 15'205'696},
    {BPF_MAP_TYPE_HASH, 20, 8, 65'536, 0, 6'292'528},
    {BPF_MAP_TYPE_HASH, 13, 20, 4'096, 0, 427'072},
    {BPF_MAP_TYPE_HASH, 8, 8, 100, BPF_F_NO_PREALLOC, 2'944, 10'144},
    {BPF_MAP_TYPE_HASH, 4, 160, 4'096, BPF_F_NO_PREALLOC, 66'432, 983'936},
    {BPF_MAP_TYPE_HASH, 20, 8, 65'536, BPF_F_NO_PREALLOC, 1'049'472, 6'816'640},
    {BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4'096, 0, 394'112},
    {BPF_MAP_TYPE_PERCPU_HASH, 4, 160, 4'096, 0, 1'639'296},
    {BPF_MAP_TYPE_PERCPU_HASH, 13, 20, 4'096, BPF_F_NO_PREALLOC, 66'432, 656'256},
    {BPF_MAP_TYPE_LRU_HASH, 4, 4, 4'096, 0, 328'576},
    {BPF_MAP_TYPE_LRU_HASH, 4, 4, 4'096, BPF_F_NO_COMMON_LRU, 328'576},
    {BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 4, 4'096, 0, 394'112},
    {BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 4, 4'096, BPF_F_NO_COMMON_LRU, 394'112},
    {BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 4'096, 0, 328'592},
    {BPF_MAP_TYPE_ARRAY, 4, 4, 4'096, 0, 33'080},
    {BPF_MAP_TYPE_ARRAY, 4, 160, 65'536, 0, 10'486'072},
    {BPF_MAP_TYPE_ARRAY, 4, 8, 100, BPF_F_MMAPABLE, 8'192},
    {BPF_MAP_TYPE_ARRAY, 4, 160, 100, BPF_F_MMAPABLE, 20'480},
    {BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 4'096, 0, 98'616},
    {BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 65'536, 0, 524'600},
    {BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4'096, 0, 33'080},
    {BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4'096, 0, 33'080},
    {BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 4'096, 0, 33'080},
    {BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 4'096, 0, 33'064},
    {BPF_MAP_TYPE_SOCKMAP, 4, 4, 4'096, 0, 33'144},
    {BPF_MAP_TYPE_SOCKHASH, 4, 4, 4'096, 0, 65'920},
    {BPF_MAP_TYPE_XSKMAP, 4, 4, 4'096, 0, 33'072},
    {BPF_MAP_TYPE_DEVMAP, 4, 4, 4'096, 0, 33'112},
    {BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, 4'096, 0, 33'112},
    {BPF_MAP_TYPE_CPUMAP, 4, 4, 100, 0, 1'104},
    {BPF_MAP_TYPE_STACK_TRACE, 4, 8, 4'096, 0, 131'392},
    {BPF_MAP_TYPE_LPM_TRIE, 8, 8, 4'096, BPF_F_NO_PREALLOC, 0, 147'456},
    {BPF_MAP_TYPE_LPM_TRIE, 20, 8, 4'096, BPF_F_NO_PREALLOC, 0, 196'608},
    {BPF_MAP_TYPE_QUEUE, 0, 8, 4'096, 0, 33'088},
    {BPF_MAP_TYPE_STACK, 0, 8, 4'096, 0, 33'088},
    {BPF_MAP_TYPE_RINGBUF, 0, 0, 4'096, 0, 16'728},
    {BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4'096, 0, 16'728},
    {BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 4'096, 0, 4'408},
    {BPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0, 0, 328},
    {BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 8, 8, 0, 0, 328},
};

host::Machine TwoCpus() { return {.cpus = 2}; }

object::MapLayout Layout(std::uint32_t type, std::uint32_t key_size, std::uint32_t value_size,
                         std::uint32_t max_entries, std::uint32_t flags = 0) {
  object::MapLayout map;
  map.type = type;
  map.key_size = key_size;
  map.value_size = value_size;
  map.max_entries = max_entries;
  map.flags = flags;
  return map;
}

// Within 15 %, or 512 bytes of the structs that every map has.
void ExpectNear(std::uint64_t estimate, std::uint64_t charged, const std::string& what) {
  const double difference = std::abs(static_cast<double>(estimate) - static_cast<double>(charged));
  EXPECT_LE(difference, std::max(0.15 * static_cast<double>(charged), 512.0))
      << what << ": estimated " << estimate << ", charged " << charged;
}

TEST(MapMemoryTest, IsWhatTheKernelCharges) {
  for (const Charged& one : kCharged) {
    const MapMemory memory = MemoryOf(
        Layout(one.type, one.key_size, one.value_size, one.max_entries, one.flags), TwoCpus());
    const std::string name = object::MapTypeName(one.type);
    ExpectNear(memory.at_once, one.at_once, name);
    if (one.at_most > 0) ExpectNear(memory.at_most, one.at_most, name + ", full");
    EXPECT_LE(memory.at_once, memory.at_most) << name;
  }
}

TEST(MapMemoryTest, OfPerCpuKindsGrowsWithTheCpus) {
  const host::Machine many{.cpus = 128};
  // 128 values of 8 bytes, a pointer and, in a hash, 56 bytes of key and element and 16 of bucket.
  EXPECT_NEAR(MemoryOf(Layout(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 10'000), many).at_most,
              10'000 * (128 * 8 + 8), 1'000);
  EXPECT_NEAR(MemoryOf(Layout(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 16'384), many).at_most,
              16'384 * (128 * 8 + 8 + 56 + 16), 5'000);
}

TEST(MapMemoryTest, OfLocalListsIsForEachCpuAlike) {
  // 100 entries on 64 CPUs: two each.
  const std::uint32_t type = BPF_MAP_TYPE_LRU_HASH;
  const host::Machine machine{.cpus = 64};
  EXPECT_EQ(MemoryOf(Layout(type, 8, 8, 100, BPF_F_NO_COMMON_LRU), machine).at_most,
            MemoryOf(Layout(type, 8, 8, 128), machine).at_most);
}

TEST(MapMemoryTest, OfPagesFollowsTheirSize) {
  const host::Machine large{.page_size = 65'536};
  EXPECT_EQ(MemoryOf(Layout(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_MMAPABLE), large).at_most,
            2u * 65'536);
  EXPECT_NEAR(MemoryOf(Layout(BPF_MAP_TYPE_RINGBUF, 0, 0, 65'536), large).at_most, 4 * 65'536,
              1'000);
  EXPECT_NEAR(MemoryOf(Layout(kArena, 0, 0, 100, BPF_F_MMAPABLE), large).at_most, 100 * 65'536,
              1'000);
}

TEST(MapMemoryTest, OfATrieDependsOnTheKernel) {
  const host::Machine old{.kernel = KERNEL_VERSION(6, 12, 0)};
  EXPECT_NEAR(MemoryOf(Layout(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 1'000, BPF_F_NO_PREALLOC), old).at_most,
              1'000 * (40 + 4 + 8), 1'000);
}

TEST(MapMemoryTest, OfABloomFilterFollowsItsHashFunctions) {
  // 7/5 bits for each function and entry, as a power of two.
  object::MapLayout map = Layout(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 1'000'000);
  EXPECT_NEAR(MemoryOf(map, {}).at_most, 8'388'608 / 8, 1'000);
  map.extra = 1;
  EXPECT_NEAR(MemoryOf(map, {}).at_most, 2'097'152 / 8, 1'000);
  map.max_entries = UINT32_MAX;
  EXPECT_NEAR(MemoryOf(map, {}).at_most, std::uint64_t{1} << 29, 1'000);
}

TEST(MapMemoryTest, OfAPerfEventArrayWithoutEntriesIsForEachCpu) {
  EXPECT_EQ(MemoryOf(Layout(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0), {.cpus = 128}).at_once,
            MemoryOf(Layout(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 128), {}).at_once);
}

TEST(MapMemoryTest, OfStorageIsForEachOwner) {
  for (const std::uint32_t type : {BPF_MAP_TYPE_TASK_STORAGE, BPF_MAP_TYPE_CGROUP_STORAGE}) {
    const MapMemory memory = MemoryOf(Layout(type, 4, 1'000, 0), TwoCpus());
    EXPECT_LT(memory.at_most, 4'096u);
    EXPECT_GT(memory.for_each_owner, 1'000u);
  }
}

TEST(MapMemoryTest, StaysAtItsMaximum) {
  constexpr std::uint32_t kMost = UINT32_MAX;
  const host::Machine huge{.cpus = 8'192};
  for (const std::uint32_t type :
       {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY}) {
    EXPECT_EQ(MemoryOf(Layout(type, kMost, kMost, kMost), huge).at_most, UINT64_MAX);
  }
  for (std::uint32_t type = 0; type < 40; ++type) {
    EXPECT_GT(MemoryOf(Layout(type, kMost, kMost, kMost), huge).at_most, 0u) << type;
  }
  EXPECT_EQ(MemoryOf(Layout(BPF_MAP_TYPE_ARRAY, 4, 16, 2'000'000'000), {}).at_most / 16,
            2'000'000'032u);
}

}  // namespace
}  // namespace bpf_exporter::plan
