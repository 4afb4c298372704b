// SPDX-License-Identifier: Apache-2.0
#include "plan/map_checks.h"

#include <gtest/gtest.h>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::uint32_t kCgrpStorage = 32;  // newer than Debian 12's header

std::string Why(std::uint32_t type, std::uint32_t key_size, std::uint32_t value_size,
                std::uint32_t max_entries, std::uint32_t flags = 0) {
  object::MapLayout map;
  map.type = type;
  map.key_size = key_size;
  map.value_size = value_size;
  map.max_entries = max_entries;
  map.flags = flags;
  return WhyImpossible(map);
}

TEST(MapChecksTest, PassWhatTheKernelMakes) {
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 4, 8, 134'217'728), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 4, 8, 1, BPF_F_NO_PREALLOC), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 100, BPF_F_NO_COMMON_LRU), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_ARRAY, 4, 8, UINT32_MAX - 1), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_LPM_TRIE, 5, 8, 1, BPF_F_NO_PREALLOC), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_LPM_TRIE, 260, 8, 1, BPF_F_NO_PREALLOC), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_RINGBUF, 0, 0, 1u << 31), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_QUEUE, 0, 8, 10), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 10), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_STACK_TRACE, 4, 127 * 8, 10), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32'768, 1), "");
  EXPECT_EQ(Why(kCgrpStorage, 4, 8, 0, BPF_F_NO_PREALLOC), "");
  EXPECT_EQ(Why(BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0), "");
  EXPECT_EQ(Why(999, 0, 0, UINT32_MAX), "");  // of a kind that came later
}

TEST(MapChecksTest, TellWrongNumbersOfEntries) {
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 4, 8, 0),
            "max_entries is 0; hash maps need room for the entries that they will have");
  EXPECT_EQ(
      Why(BPF_MAP_TYPE_ARRAY, 4, 8, UINT32_MAX),
      "max_entries is 4294967295 (2^32 - 1), which no array map can have; give it the number of "
      "entries that it will have");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 134'217'729),
            "max_entries is 134217729; percpu_hash maps have at most 134217728");
  EXPECT_EQ(Why(BPF_MAP_TYPE_RINGBUF, 0, 0, 0),
            "max_entries is 0; for a buffer it is the size in bytes");
  for (const std::uint32_t bytes : {1u, 2'048u, 12'288u, UINT32_MAX}) {
    EXPECT_EQ(Why(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, bytes),
              "max_entries is " + std::to_string(bytes) +
                  "; for a user_ringbuf it is the size in bytes, a power of two pages: 4096, 8192, "
                  "16384 …");
  }
  EXPECT_EQ(Why(BPF_MAP_TYPE_TASK_STORAGE, 4, 8, 100, BPF_F_NO_PREALLOC),
            "max_entries is 100, but task_storage maps have no number of entries; leave it out");
}

TEST(MapChecksTest, TellWrongKeysAndValues) {
  EXPECT_EQ(Why(BPF_MAP_TYPE_ARRAY, 8, 8, 1),
            "keys of 8 bytes; array maps need 4: __type(key, __u32)");
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 0, 8, 1), "no key; hash maps need one");
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 4, 0, 1), "no value; hash maps need one");
  EXPECT_EQ(Why(BPF_MAP_TYPE_QUEUE, 4, 8, 1),
            "keys of 4 bytes, but queue maps have none; leave the key out");
  EXPECT_EQ(Why(BPF_MAP_TYPE_RINGBUF, 0, 8, 4'096),
            "values of 8 bytes, but ringbuf maps have none; leave the value out");
  EXPECT_EQ(Why(BPF_MAP_TYPE_LPM_TRIE, 4, 8, 1, BPF_F_NO_PREALLOC),
            "keys of 4 bytes; those of an lpm_trie are a __u32, the length of the prefix in bits, "
            "and 1 to 256 bytes");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32'769, 1),
            "values of 32769 bytes; those of a percpu_array have at most 32768");
  EXPECT_EQ(Why(BPF_MAP_TYPE_STACK_TRACE, 4, 12, 1),
            "values of 12 bytes; those of a stack_trace are addresses of 8 each");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PROG_ARRAY, 4, 8, 1),
            "values of 8 bytes; those of a prog_array are descriptors of 4: __uint(value_size, 4)");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 0, 0, 0),
            "keys of 0 bytes; perf_event_array maps need 4: __type(key, __u32)");
}

TEST(MapChecksTest, TellWrongFlags) {
  EXPECT_EQ(Why(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 1),
            "lpm_trie maps need __uint(map_flags, BPF_F_NO_PREALLOC)");
  EXPECT_EQ(Why(BPF_MAP_TYPE_LRU_HASH, 8, 8, 1, BPF_F_NO_PREALLOC),
            "lru_hash maps cannot be with BPF_F_NO_PREALLOC: they are allocated whole");
  EXPECT_EQ(Why(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1, BPF_F_NO_PREALLOC),
            "percpu_array maps cannot be with BPF_F_NO_PREALLOC: they are allocated whole");
  EXPECT_EQ(Why(BPF_MAP_TYPE_SOCKHASH, 4, 8, 1, BPF_F_NO_PREALLOC),
            "sockhash maps cannot be with BPF_F_NO_PREALLOC");
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 4, 8, 1, BPF_F_MMAPABLE),
            "hash maps cannot be with BPF_F_MMAPABLE, which is for arrays");
  EXPECT_EQ(Why(BPF_MAP_TYPE_HASH, 4, 8, 1, BPF_F_NO_COMMON_LRU),
            "hash maps cannot be with BPF_F_NO_COMMON_LRU, which is for lru_hash and "
            "lru_percpu_hash");
}

TEST(LruCountersTest, AreWarnedOfOnce) {
  const Resolved resolved = ResolveYaml("x.yaml",
                                        "metrics:\n"
                                        "  gauges:\n"
                                        "    - {name: lru_now, map: lru8, help: Now, labels: [k]}\n"
                                        "  counters:\n"
                                        "    - {name: lru_percpu8, help: Hits, labels: [k]}\n"
                                        "    - {name: lru8, help: Hits, labels: [k]}\n",
                                        kUsualOptions, "map_kinds");
  EXPECT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "x.yaml:5:14: warning: counter 'lru_percpu8': map 'lru_percpu8' is of type "
            "lru_percpu_hash: it makes room for new keys by deleting others, long before it is "
            "full, and what those counted is lost; declare it as BPF_MAP_TYPE_PERCPU_HASH and "
            "count the updates that it refuses when it is full\n"
            "      - {name: lru_percpu8, help: Hits, labels: [k]}\n"
            "               ^\n");
}

TEST(LruCountersTest, AreNotGauges) {
  const Resolved resolved =
      ResolveYaml("x.yaml", "metrics: {gauges: [{name: lru8, help: Now, labels: [k]}]}",
                  kUsualOptions, "map_kinds");
  EXPECT_EQ(resolved.messages, "");
}

}  // namespace
}  // namespace bpf_exporter::plan
