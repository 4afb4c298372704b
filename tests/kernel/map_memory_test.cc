// SPDX-License-Identifier: Apache-2.0
#include "plan/map_memory.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/version.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "host/memory.h"
#include "kernel/read/map_handle.h"
#include "kernel/support.h"
#include "object/map_types.h"

// What MemoryOf() expects of each kind of map, against what this kernel charges.
namespace bpf_exporter::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kArena = 33, kCgrpStorage = 32;  // newer than Debian 12's header

struct Case {
  std::uint32_t type;
  std::uint32_t key_size;
  std::uint32_t value_size;
  std::uint32_t max_entries;
  std::uint32_t flags = 0;
  std::uint64_t extra = 0;
};

// Each is at most 20 MiB.
const std::vector<Case> kCases = {
    {BPF_MAP_TYPE_HASH, 4, 8, 1},
    {BPF_MAP_TYPE_HASH, 4, 8, 10'000},
    {BPF_MAP_TYPE_HASH, 36, 200, 40'000},
    {BPF_MAP_TYPE_HASH, 8, 8, 3'000, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_HASH, 16, 100, 20'000, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 10'000},
    {BPF_MAP_TYPE_PERCPU_HASH, 12, 256, 10'000},
    {BPF_MAP_TYPE_PERCPU_HASH, 8, 64, 3'000, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_LRU_HASH, 4, 8, 100},
    {BPF_MAP_TYPE_LRU_HASH, 20, 40, 70'000},
    {BPF_MAP_TYPE_LRU_HASH, 20, 40, 70'000, BPF_F_NO_COMMON_LRU},
    {BPF_MAP_TYPE_LRU_PERCPU_HASH, 20, 40, 30'000},
    {BPF_MAP_TYPE_LRU_PERCPU_HASH, 20, 40, 30'000, BPF_F_NO_COMMON_LRU},
    {BPF_MAP_TYPE_ARRAY, 4, 8, 1},
    {BPF_MAP_TYPE_ARRAY, 4, 12, 1'000'000},
    {BPF_MAP_TYPE_ARRAY, 4, 12, 1'000'000, BPF_F_MMAPABLE},
    {BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1},
    {BPF_MAP_TYPE_PERCPU_ARRAY, 4, 100, 40'000},
    {BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 100'000},
    {BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 100'000},
    {BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 100'000},
    {BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 100'000},
    {BPF_MAP_TYPE_HASH_OF_MAPS, 8, 4, 100'000},
    {BPF_MAP_TYPE_STACK_TRACE, 4, 8 * 127, 10'000},
    {BPF_MAP_TYPE_STACK_TRACE, 4, 8 * 20, 65'537},
    {BPF_MAP_TYPE_LPM_TRIE, 8, 8, 10'000, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_LPM_TRIE, 20, 64, 10'000, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_DEVMAP, 4, 4, 100'000},
    {BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, 100'000},
    {BPF_MAP_TYPE_CPUMAP, 4, 4, 2},
    {BPF_MAP_TYPE_XSKMAP, 4, 4, 100'000},
    {BPF_MAP_TYPE_SOCKMAP, 4, 4, 100'000},
    {BPF_MAP_TYPE_SOCKHASH, 8, 4, 100'000},
    {BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 100'000},
    {BPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0},
    {BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 8, 8, 0},
    {BPF_MAP_TYPE_QUEUE, 0, 8, 100'000},
    {BPF_MAP_TYPE_STACK, 0, 100, 100'000},
    {BPF_MAP_TYPE_RINGBUF, 0, 0, 4'096},
    {BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 22},
    {BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 1 << 22},
    {BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 10'000'000},
    {BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 1'000'000, 0, 2},
    {BPF_MAP_TYPE_SK_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_INODE_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC},
    {BPF_MAP_TYPE_TASK_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC},
    {kCgrpStorage, 4, 4, 0, BPF_F_NO_PREALLOC},
    {kArena, 0, 0, 100, BPF_F_MMAPABLE},
};

object::MapLayout LayoutOf(const Case& one) {
  object::MapLayout layout;
  layout.type = one.type;
  layout.key_size = one.key_size;
  layout.value_size = one.value_size;
  layout.max_entries = one.max_entries;
  layout.flags = one.flags;
  layout.extra = one.extra;
  return layout;
}

std::string NameOf(const Case& one) {
  return fmt::format("{}, {} entries of {} + {} bytes, flags {}", object::MapTypeName(one.type),
                     one.max_entries, one.key_size, one.value_size, one.flags);
}

bool IsStorage(std::uint32_t type) {
  return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
         type == BPF_MAP_TYPE_TASK_STORAGE || type == kCgrpStorage;
}

// A type of four bytes in the kernel, which storage maps ask for.
class IntegerType {
 public:
  IntegerType() : btf_(btf__new_empty()) {
    id_ = static_cast<std::uint32_t>(btf__add_int(btf_, "int", 4, BTF_INT_SIGNED));
    btf__load_into_kernel(btf_);
  }
  IntegerType(const IntegerType&) = delete;
  IntegerType& operator=(const IntegerType&) = delete;
  ~IntegerType() { btf__free(btf_); }
  int fd() const { return btf__fd(btf_); }
  std::uint32_t id() const { return id_; }

 private:
  btf* btf_;
  std::uint32_t id_ = 0;
};

// Makes the map; invalid if this kernel has none of its kind, which libbpf's enum may not know.
Fd Make(const Case& one, const IntegerType& integer) {
  bpf_attr attributes = {};
  attributes.map_type = one.type;
  attributes.key_size = one.key_size;
  attributes.value_size = one.value_size;
  attributes.max_entries = one.max_entries;
  attributes.map_flags = one.flags;
  attributes.map_extra = one.extra;
  if (IsStorage(one.type)) {
    attributes.btf_fd = static_cast<std::uint32_t>(integer.fd());
    attributes.btf_key_type_id = integer.id();
    attributes.btf_value_type_id = integer.id();
  }
  Fd inner;
  if (object::ShapeOf(one.type) == object::MapShape::kMaps) {
    inner = Fd(bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 8, 1, nullptr));
    attributes.inner_map_fd = static_cast<std::uint32_t>(inner.get());
  }
  // What the kernel does not know of it must be 0.
  const std::size_t size = one.extra == 0 ? offsetof(bpf_attr, map_extra) : sizeof(attributes);
  return Fd(static_cast<int>(syscall(__NR_bpf, BPF_MAP_CREATE, &attributes, size)));
}

bool GrowsWithEntries(const Case& one) {
  return (one.flags & BPF_F_NO_PREALLOC) != 0 && one.max_entries > 0;
}

void Fill(const Fd& map, const Case& one) {
  std::vector<char> key(one.key_size);
  const std::vector<char> value(8 * ((one.value_size + 7) / 8) * host::ReadMachine().cpus);
  for (std::uint32_t i = 0; i < one.max_entries; ++i) {
    std::uint32_t number = __builtin_bswap32(i);  // prefixes differ in their first bits
    if (one.type == BPF_MAP_TYPE_LPM_TRIE) {
      const std::uint32_t bits = 8 * (one.key_size - 4);
      std::memcpy(key.data(), &bits, sizeof(bits));
      std::memcpy(key.data() + 4, &number, sizeof(number));
    } else {
      std::memcpy(key.data(), &number, sizeof(number));
    }
    ASSERT_EQ(bpf_map_update_elem(map.get(), key.data(), value.data(), BPF_ANY), 0) << i;
  }
}

// The memory that a cgroup of its own is charged with, while this process is in it. Kernels from
// 5.11 to 6.3 say of a map only what its entries would take.
class CgroupMeter {
 public:
  CgroupMeter() {
    std::ofstream(root_ / "cgroup.subtree_control") << "+memory";
    std::error_code ignored;
    fs::create_directory(folder_, ignored);
    std::ofstream procs(folder_ / "cgroup.procs");
    procs << getpid() << std::flush;
    works_ = procs.good() && fs::exists(folder_ / "memory.current");
  }
  CgroupMeter(const CgroupMeter&) = delete;
  CgroupMeter& operator=(const CgroupMeter&) = delete;
  ~CgroupMeter() {
    std::ofstream(root_ / "cgroup.procs") << getpid();
    std::error_code ignored;
    fs::remove(folder_, ignored);
  }
  bool works() const { return works_; }
  std::uint64_t Bytes() const {
    std::uint64_t bytes = 0;
    std::ifstream(folder_ / "memory.current") >> bytes;
    return bytes;
  }
  // Waits until it is charged with no more than that, 2 s at most: maps are freed in the
  // background.
  void WaitFor(std::uint64_t bytes) const {
    for (int tries = 0; tries < 40 && Bytes() > bytes; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

 private:
  const fs::path root_ = "/sys/fs/cgroup";
  const fs::path folder_ = root_ / "map_memory_test";
  bool works_ = false;
};

class MapMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why = WhyNoBpf();
    if (!why.empty()) SKIP_OR_FAIL(why);
    const rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &unlimited);  // before 5.11 maps are charged to it
  }

  // Within 15 %, or `slack` bytes.
  static bool IsNear(std::uint64_t estimate, std::uint64_t charged, std::uint64_t slack) {
    const double difference =
        std::abs(static_cast<double>(estimate) - static_cast<double>(charged));
    return difference <= std::max(0.15 * static_cast<double>(charged), static_cast<double>(slack));
  }
  static void ExpectNear(std::uint64_t estimate, std::uint64_t charged, std::uint64_t slack,
                         const std::string& what) {
    EXPECT_TRUE(IsNear(estimate, charged, slack))
        << what << ": estimated " << estimate << ", charged " << charged;
  }

  const host::Machine machine_ = host::ReadMachine();
  const std::uint64_t few_pages_ = 4 * machine_.page_size;
};

bool SaysWhatItCharges(std::uint32_t kernel) {
  return kernel < KERNEL_VERSION(5, 11, 0) || kernel >= KERNEL_VERSION(6, 4, 0);
}

TEST_F(MapMemoryTest, IsWhatTheKernelSays) {
  if (!SaysWhatItCharges(machine_.kernel)) {
    GTEST_SKIP() << "this kernel tells of the entries alone; see the other test";
  }
  // Before 5.11 a map is charged for all that it may have when it is made.
  const bool charged_at_most = machine_.kernel < KERNEL_VERSION(5, 11, 0);
  const IntegerType integer;
  std::set<std::uint32_t> kinds;
  for (const Case& one : kCases) {
    const plan::MapMemory memory = plan::MemoryOf(LayoutOf(one), machine_);
    ASSERT_LE(memory.at_most, std::uint64_t{20} << 20) << NameOf(one);
    const Fd map = Make(one, integer);
    if (!map.valid()) continue;
    kinds.insert(one.type);
    const MapHandle handle("measured", map.get());
    const bool most = charged_at_most && memory.at_once < memory.at_most &&
                      (GrowsWithEntries(one) || one.type == BPF_MAP_TYPE_SOCKHASH);
    ExpectNear(most ? memory.at_most : memory.at_once, handle.MemoryBytes(), few_pages_,
               NameOf(one));
    if (!GrowsWithEntries(one)) continue;
    Fill(map, one);
    ExpectNear(memory.at_most, handle.MemoryBytes(), few_pages_, NameOf(one) + ", full");
  }
  EXPECT_GE(kinds.size(), 24u);
}

// Returns what a cgroup is charged with: those kernels charge it with no per-CPU values.
std::uint64_t WithoutValuesOfCpus(const Case& one, host::Machine machine) {
  object::MapLayout layout = LayoutOf(one);
  if (object::IsPerCpu(one.type)) {
    machine.cpus = 0;
    layout.flags &= ~std::uint32_t{BPF_F_NO_COMMON_LRU};
  }
  return plan::MemoryOf(layout, machine).at_once;
}

// Of the larger cases: a cgroup is charged in batches of 64 pages for each CPU.
TEST_F(MapMemoryTest, IsWhatTheCgroupIsChargedWith) {
  if (SaysWhatItCharges(machine_.kernel)) GTEST_SKIP() << "this kernel tells; see the other test";
  const CgroupMeter meter;
  if (!meter.works()) SKIP_ON_THIS_KERNEL("has no cgroup2 that measures memory");
  const IntegerType integer;
  int measured = 0;
  for (const Case& one : kCases) {
    const std::uint64_t expected = WithoutValuesOfCpus(one, machine_);
    if (expected < std::uint64_t{2} << 20) continue;
    const std::uint64_t slack = std::uint64_t{64} * machine_.page_size * (machine_.cpus + 1);
    std::uint64_t charged = 0;
    // What this process itself takes meanwhile is charged, too, but not each time.
    for (int tries = 0; tries < 3 && !IsNear(expected, charged, slack); ++tries) {
      const std::uint64_t before = meter.Bytes();
      Fd map = Make(one, integer);
      if (!map.valid()) break;
      charged = meter.Bytes() - before;
      map = Fd();
      meter.WaitFor(before + few_pages_);
    }
    if (charged == 0) continue;  // this kernel has no such map
    ExpectNear(expected, charged, slack, NameOf(one));
    ++measured;
  }
  EXPECT_GE(measured, 6);
}

}  // namespace
}  // namespace bpf_exporter::kernel
