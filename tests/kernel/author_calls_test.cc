// SPDX-License-Identifier: Apache-2.0
// The calls of programs/bpf_exporter.bpf.h on this kernel. tests/e2e/author_test.py tries them on
// many more values; a guest has no Python.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

using AuthorCalls = KernelTest;

// As in author_calls.bpf.c.
constexpr long kCall = 0x5eed5;
constexpr std::uint32_t kId = 3;
constexpr std::size_t kBuckets = 40;
enum Kind : long { kExp2 = 0, kExp2InThousands = 1, kFull = 9 };

struct Histogram {
  std::array<std::uint64_t, kBuckets> buckets{};
  std::uint64_t sum = 0;
  std::int64_t rest = 0;

  bool operator==(const Histogram&) const = default;
};

void Send(Kind kind, const std::vector<std::uint64_t>& values) {
  for (const std::uint64_t value : values) syscall(kCall, kind, value);
}

// The value of a key, of all CPUs together. `skip` bytes of each are in front of the histogram.
Histogram Read(const LoadedObject& object, const std::string& map, bool per_cpu, int skip = 0) {
  const std::size_t size = sizeof(Histogram) + skip;
  std::vector<char> values(size * libbpf_num_possible_cpus());
  EXPECT_EQ(bpf_map_lookup_elem(object.Map(map).fd(), &kId, values.data()), 0) << map;
  Histogram all;
  for (std::size_t at = skip; at < (per_cpu ? values.size() : size); at += size) {
    Histogram one;
    std::memcpy(&one, &values[at], sizeof(one));
    for (std::size_t i = 0; i < kBuckets; ++i) all.buckets[i] += one.buckets[i];
    all.sum += one.sum;
    all.rest += one.rest;
  }
  return all;
}

std::uint64_t Row(const LoadedObject& object, const std::string& map, std::uint32_t id,
                  std::uint32_t bucket) {
  const std::uint32_t key[] = {id, bucket};
  std::uint64_t value = 0;
  return bpf_map_lookup_elem(object.Map(map).fd(), key, &value) == 0 ? value : 0;
}

TEST_F(AuthorCalls, CountWhereTheValuesBelongAndSayWhatAFullMapRefused) {
  const LoadedObject* object = LoadAndAttach(PlanOf("author_calls", {"exp2_1_a"}));
  ASSERT_NE(object, nullptr);
  Send(kExp2, {0, 1, 2, 1000});
  Histogram expected;
  expected.buckets[0] = 2;
  expected.buckets[1] = 1;
  expected.buckets[10] = 1;
  expected.sum = 1003;
  for (const char* map : {"exp2_1_h", "exp2_1_lh", "exp2_1_a"}) {
    EXPECT_EQ(Read(*object, map, false), expected) << map;
  }
  for (const char* map : {"exp2_1_ph", "exp2_1_pa"}) {
    EXPECT_EQ(Read(*object, map, true), expected) << map;
  }
  EXPECT_EQ(Read(*object, "exp2_1_f", false, sizeof(std::uint64_t)), expected);
  EXPECT_EQ(Row(*object, "exp2_1_r", kId, 0), 2u);
  EXPECT_EQ(Row(*object, "exp2_1_r", kId, 10), 1u);
  EXPECT_EQ(Row(*object, "exp2_1_r", kId, kBuckets), 1003u);

  Send(kExp2InThousands, {1600, 1600});
  expected = {};
  expected.buckets[1] = 2;
  expected.sum = 3;
  expected.rest = 200;
  EXPECT_EQ(Read(*object, "exp2_1000_h", false), expected);

  Send(kFull, {1, 2, 3, 4, 5, 1});
  EXPECT_EQ(Row(*object, "full_rows", 1, 7), 2u);
  EXPECT_EQ(Row(*object, "full_rows", 2, 7), 0u);
  const std::uint32_t zero = 0;
  std::vector<std::uint64_t> dropped(libbpf_num_possible_cpus());
  ASSERT_EQ(bpf_map_lookup_elem(object->Map("calls_dropped").fd(), &zero, dropped.data()), 0);
  std::uint64_t all = 0;
  for (const std::uint64_t of_cpu : dropped) all += of_cpu;
  EXPECT_EQ(all, 2u + 2u + 4u);
}

}  // namespace
}  // namespace bpf_exporter::kernel
