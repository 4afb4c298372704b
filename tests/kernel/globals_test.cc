// SPDX-License-Identifier: Apache-2.0
// Global variables on this kernel. tests/e2e/globals_test.py compares whole pages with bpftool; a
// guest has no Python.
#include <bpf/bpf.h>
#include <sched.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "kernel/read/map_readers.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

using Globals = KernelTest;

// As in globals.bpf.c.
constexpr long kCall = 0x5eed7;
enum Kind : long { kCount, kLevel, kVerb, kCpu, kSlot, kSet };

const std::vector<std::string> kSections = {".bss", ".data", ".data.apart", ".rodata"};

// What the reader hands over of a section: its one row.
std::string Read(const LoadedObject& object, const plan::ConfigPlan& plan,
                 const std::string& section, const ReadOptions& options = {}) {
  for (const plan::MapPlan& map : plan.maps) {
    if (map.layout.name != section) continue;
    Result<std::unique_ptr<metrics::MapReader>> reader =
        MakeMapReader(object.Map(section), map.layout, std::make_shared<ReadBuffers>(), options);
    if (!reader) {
      ADD_FAILURE() << reader.error().Message();
      return {};
    }
    RowCollector rows(map.layout.value_size);
    const Status status = (*reader)->Read(rows);
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(rows.rows.size(), 1u);
    return rows.rows[std::string(4, '\0')];
  }
  ADD_FAILURE() << "no section " << section;
  return {};
}

// What a look-up says, which is not the way of the reader.
std::string LookUp(const LoadedObject& object, const std::string& section, std::size_t size) {
  std::string value(size, '\0');
  const std::uint32_t zero = 0;
  EXPECT_EQ(bpf_map_lookup_elem(object.Map(section).fd(), &zero, value.data()), 0) << section;
  return value;
}

template <typename T>
T Variable(const plan::ConfigPlan& plan, const std::string& section, const std::string& name,
           const std::string& row) {
  for (const object::MapLayout& map : plan.object.sections) {
    if (map.name != section || map.value == nullptr) continue;
    const std::optional<object::FieldLayout> field = object::FindField(*map.value, name);
    if (!field || field->offset + sizeof(T) > row.size()) break;
    T value;
    std::memcpy(&value, row.data() + field->offset, sizeof(value));
    return value;
  }
  ADD_FAILURE() << "no variable " << name << " in " << section;
  return {};
}

TEST_F(Globals, AreReadThroughAMappingAndByLookUps) {
  const plan::ConfigPlan plan = PlanOf("globals", kSections);
  const LoadedObject* object = LoadAndAttach(plan);
  ASSERT_NE(object, nullptr);
  for (int i = 0; i < 3; ++i) syscall(kCall, kCount, 0L);
  syscall(kCall, kLevel, -4L);
  syscall(kCall, kSet, 6L);
  for (const std::string& section : kSections) {
    const std::string row = Read(*object, plan, section);
    EXPECT_EQ(row, LookUp(*object, section, row.size())) << section;
    EXPECT_EQ(row, Read(*object, plan, section, {.batches = false})) << section;
  }
  const std::string bss = Read(*object, plan, ".bss");
  EXPECT_EQ(Variable<std::uint64_t>(plan, ".bss", "hits", bss), 3u);
  EXPECT_EQ(Variable<std::uint64_t>(plan, ".bss", "hidden", bss), 6u);
  EXPECT_EQ(Variable<std::uint64_t>(plan, ".bss", "stats.reads", bss), 6u);
  EXPECT_EQ(Variable<std::int16_t>(plan, ".bss", "stats.writes.drift", bss), -6);
  EXPECT_EQ(Variable<std::int64_t>(plan, ".data", "level", Read(*object, plan, ".data")), -9);
  EXPECT_EQ(
      Variable<std::uint64_t>(plan, ".data.apart", "apart", Read(*object, plan, ".data.apart")),
      13u);
  EXPECT_EQ(Variable<std::uint32_t>(plan, ".rodata", "limit", Read(*object, plan, ".rodata")), 11u);
}

TEST_F(Globals, CountedByFourThreadsOnTwoCpusAreExact) {
  const plan::ConfigPlan plan = PlanOf("globals", {".bss"});
  const LoadedObject* object = LoadAndAttach(plan);
  ASSERT_NE(object, nullptr);
  constexpr int kThreads = 4;
  constexpr int kCalls = 20'000;
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([number] {
      cpu_set_t cpu;
      CPU_ZERO(&cpu);
      CPU_SET(number % 2, &cpu);
      sched_setaffinity(0, sizeof(cpu), &cpu);  // where there is one CPU only, it stays there
      for (int i = 0; i < kCalls; ++i) syscall(kCall, kCount, 0L);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Variable<std::uint64_t>(plan, ".bss", "hits", Read(*object, plan, ".bss")),
            std::uint64_t{kThreads} * kCalls);
}

}  // namespace
}  // namespace bpf_exporter::kernel
