// SPDX-License-Identifier: Apache-2.0
#include "plan/map_memory.h"

#include <linux/version.h>

#include <algorithm>
#include <bit>

#include "object/map_types.h"

namespace bpf_exporter::plan {
namespace {

// A number of bytes or entries that stays at its maximum instead of starting at 0 again.
class Amount {
 public:
  Amount(std::uint64_t number) : number_(number) {}  // NOLINT: implicit

  std::uint64_t number() const { return number_; }

  friend Amount operator+(Amount a, Amount b) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a.number_, b.number_, &sum) ? UINT64_MAX : sum;
  }
  friend Amount operator*(Amount a, Amount b) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a.number_, b.number_, &product) ? UINT64_MAX : product;
  }

 private:
  std::uint64_t number_;
};

// Sizes of the kernel's structs on 64-bit machines, without lock debugging.
constexpr std::uint64_t kPointer = 8;
constexpr std::uint64_t kMap = 512;              // struct bpf_map and what each kind adds to it
constexpr std::uint64_t kHashBucket = 16;        // a list's head and its lock
constexpr std::uint64_t kHashElement = 48;       // struct htab_elem, before the key
constexpr std::uint64_t kFreedElement = 8;       // link of the allocator of elements made on demand
constexpr std::uint64_t kHashLocks = 8 * 4;      // of each CPU, before 6.18
constexpr std::uint64_t kStackBucket = 16;       // struct stack_map_bucket, before the addresses
constexpr std::uint64_t kDevice = 64;            // struct bpf_dtab_netdev
constexpr std::uint64_t kCpuEntry = 128;         // struct bpf_cpu_map_entry, without its queues
constexpr std::uint64_t kSocketElement = 56;     // struct bpf_shtab_elem, before the key
constexpr std::uint64_t kStorageElement = 96;    // struct bpf_local_storage_elem, before the value
constexpr std::uint64_t kStorageOfOwner = 192;   // struct bpf_local_storage, if this is the first
constexpr std::uint64_t kCgroupStorage = 128;    // struct bpf_cgroup_storage and its buffer
constexpr std::uint64_t kRingBufferPages = 3;    // the positions of reader and writer, and the rest
constexpr std::uint64_t kTrampoline = 8 * 4096;  // of a struct_ops map
constexpr std::uint32_t kArena = 33;  // newer than Debian 12's header, as are those after it
constexpr std::uint32_t kCgrpStorage = 32;

Amount RoundUp(Amount size, std::uint64_t unit) {
  if (size.number() > UINT64_MAX - (unit - 1)) return UINT64_MAX;
  return (size.number() + unit - 1) / unit * unit;
}

Amount Rounded(std::uint32_t size) { return RoundUp(size, 8); }

Amount PowerOfTwo(std::uint64_t number) {
  return std::bit_ceil(std::max<std::uint64_t>(number, 1));
}

MapMemory AtOnce(Amount bytes) { return {bytes.number(), bytes.number()}; }

MapMemory Growing(Amount at_once, Amount more) {
  return {at_once.number(), (at_once + more).number()};
}

MapMemory Hash(const object::MapLayout& map, const host::Machine& machine) {
  const bool lru = map.type == BPF_MAP_TYPE_LRU_HASH || map.type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  const bool per_cpu = object::IsPerCpu(map.type);
  const Amount cpus = machine.cpus;
  Amount entries = map.max_entries;
  // Each CPU has a list of its own, and all are equally long.
  if (lru && (map.flags & BPF_F_NO_COMMON_LRU) != 0) entries = RoundUp(entries, machine.cpus);
  const Amount base = Amount(kMap) + PowerOfTwo(entries.number()) * kHashBucket + cpus * kHashLocks;
  // The value of an inner map is its address.
  const Amount value =
      map.type == BPF_MAP_TYPE_HASH_OF_MAPS ? Amount(kPointer) : Rounded(map.value_size);
  const Amount element =
      Amount(kHashElement) + Rounded(map.key_size) + (per_cpu ? Amount(kPointer) : value);
  const Amount of_cpus = per_cpu ? value * cpus : Amount(0);
  if ((map.flags & BPF_F_NO_PREALLOC) != 0) {
    const Amount links = Amount(kFreedElement) + (per_cpu ? 2 * kPointer : 0);
    return Growing(base, entries * (element + links + of_cpus));
  }
  // A CPU that replaces an entry takes one of its own for the new one.
  if (!per_cpu && !lru) entries = entries + cpus;
  return AtOnce(base + entries * (element + of_cpus));
}

MapMemory Array(const object::MapLayout& map, const host::Machine& machine) {
  const Amount entries = map.max_entries;
  const Amount value = Rounded(map.value_size);
  if (object::IsPerCpu(map.type)) {
    return AtOnce(Amount(kMap) + entries * (Amount(kPointer) + value * machine.cpus));
  }
  if ((map.flags & BPF_F_MMAPABLE) == 0) return AtOnce(Amount(kMap) + entries * value);
  return AtOnce(Amount(machine.page_size) + RoundUp(entries * value, machine.page_size));
}

// Of maps whose values are descriptors of something else: a pointer each.
MapMemory Pointers(std::uint32_t entries) {
  return AtOnce(Amount(kMap) + Amount(entries) * kPointer);
}

MapMemory Trie(const object::MapLayout& map, const host::Machine& machine) {
  // struct lpm_trie_node, before the data: from 6.13 on without what RCU needs.
  const Amount node = machine.kernel < KERNEL_VERSION(6, 13, 0) ? 40 : 24;
  const std::uint32_t data = std::max(map.key_size, 4u) - 4;  // without the prefix's length
  return Growing(kMap, Amount(map.max_entries) * (node + data + map.value_size));
}

MapMemory StackTraces(const object::MapLayout& map) {
  const Amount entries = map.max_entries;
  return AtOnce(Amount(kMap) + PowerOfTwo(map.max_entries) * kPointer +
                entries * (Amount(kStackBucket) + map.value_size));
}

MapMemory BloomFilter(const object::MapLayout& map) {
  constexpr std::uint64_t kDefaultHashes = 5, kMinBits = 64;
  const std::uint64_t given = map.extra & 0xf;
  const std::uint64_t hashes = given == 0 ? kDefaultHashes : given;
  // The best size for so many hash functions, as a power of two; the kernel goes up to 2^32 bits.
  const std::uint64_t bits = std::uint64_t{map.max_entries} * hashes * 7 / 5;
  const std::uint64_t power =
      bits > UINT32_MAX ? std::uint64_t{1} << 32 : PowerOfTwo(std::max(bits, kMinBits)).number();
  return AtOnce(Amount(kMap) + power / 8);
}

MapMemory LocalStorage(const object::MapLayout& map, const host::Machine& machine) {
  const Amount buckets = PowerOfTwo(std::max<std::uint64_t>(machine.cpus, 2)) * kHashBucket;
  MapMemory memory = AtOnce(Amount(kMap) + buckets);
  const Amount element = Amount(kStorageElement) + Rounded(map.value_size) + kStorageOfOwner;
  memory.for_each_owner = element.number();
  return memory;
}

MapMemory CgroupStorage(const object::MapLayout& map, const host::Machine& machine) {
  MapMemory memory = AtOnce(kMap);
  const Amount values = Rounded(map.value_size) * (object::IsPerCpu(map.type) ? machine.cpus : 1);
  memory.for_each_owner = (Amount(kCgroupStorage) + values).number();
  return memory;
}

}  // namespace

MapMemory MemoryOf(const object::MapLayout& map, const host::Machine& machine) {
  const Amount entries = map.max_entries;
  switch (map.type) {
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    case BPF_MAP_TYPE_HASH_OF_MAPS:
      return Hash(map, machine);
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
      return Array(map, machine);
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:  // of 0 entries, libbpf makes one for each CPU
      return Pointers(map.max_entries == 0 ? machine.cpus : map.max_entries);
    case BPF_MAP_TYPE_PROG_ARRAY:
    case BPF_MAP_TYPE_CGROUP_ARRAY:
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_SOCKMAP:
    case BPF_MAP_TYPE_XSKMAP:
    case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
      return Pointers(map.max_entries);
    case BPF_MAP_TYPE_DEVMAP:
      return Growing(Amount(kMap) + entries * kPointer, entries * kDevice);
    case BPF_MAP_TYPE_DEVMAP_HASH:
      return Growing(Amount(kMap) + PowerOfTwo(map.max_entries) * kPointer, entries * kDevice);
    case BPF_MAP_TYPE_CPUMAP:
      return Growing(Amount(kMap) + entries * kPointer, entries * kCpuEntry);
    case BPF_MAP_TYPE_SOCKHASH:
      return Growing(Amount(kMap) + PowerOfTwo(map.max_entries) * kHashBucket,
                     entries * (Amount(kSocketElement) + map.key_size));
    case BPF_MAP_TYPE_STACK_TRACE:
      return StackTraces(map);
    case BPF_MAP_TYPE_LPM_TRIE:
      return Trie(map, machine);
    case BPF_MAP_TYPE_QUEUE:
    case BPF_MAP_TYPE_STACK:
      return AtOnce(Amount(kMap) + (entries + 1) * map.value_size);
    case BPF_MAP_TYPE_RINGBUF:
    case BPF_MAP_TYPE_USER_RINGBUF:
      return AtOnce(Amount(kMap) + kRingBufferPages * machine.page_size + entries);
    case BPF_MAP_TYPE_BLOOM_FILTER:
      return BloomFilter(map);
    case BPF_MAP_TYPE_SK_STORAGE:
    case BPF_MAP_TYPE_INODE_STORAGE:
    case BPF_MAP_TYPE_TASK_STORAGE:
    case kCgrpStorage:
      return LocalStorage(map, machine);
    case BPF_MAP_TYPE_CGROUP_STORAGE:
    case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
      return CgroupStorage(map, machine);
    case BPF_MAP_TYPE_STRUCT_OPS:
      return AtOnce(Amount(kMap) + kTrampoline + 2 * std::uint64_t{map.value_size});
    case kArena:  // its entries are pages, which programs ask for
      return Growing(kMap, entries * machine.page_size);
    default:  // a kind that came later: as if it were an array with keys
      return AtOnce(Amount(kMap) + entries * (Rounded(map.key_size) + Rounded(map.value_size)));
  }
}

}  // namespace bpf_exporter::plan
