// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/perf_events.h"

#include <gtest/gtest.h>

namespace bpf_exporter::kernel {
namespace {

TEST(PerfEventByName, KnowsPerfsNamesAndNumbers) {
  const auto clock = PerfEventByName("cpu-clock");
  ASSERT_TRUE(clock.ok());
  EXPECT_EQ(clock->type, 1u);
  EXPECT_EQ(clock->config, 0u);
  const auto misses = PerfEventByName("cache-misses");
  ASSERT_TRUE(misses.ok());
  EXPECT_EQ(misses->type, 0u);
  EXPECT_EQ(misses->config, 3u);
  const auto raw = PerfEventByName("4/1234");
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(raw->type, 4u);
  EXPECT_EQ(raw->config, 1234u);
}

TEST(PerfEventByName, ListsTheNamesItKnows) {
  const auto wrong = PerfEventByName("4/x");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().Message(),
            "perf_event: unknown event '4/x' (TYPE/CONFIG in numbers, or cpu-clock, task-clock, "
            "page-faults, minor-faults, major-faults, context-switches, cpu-migrations, "
            "alignment-faults, emulation-faults, cpu-cycles, instructions, cache-references, "
            "cache-misses, branch-instructions, branch-misses, bus-cycles, "
            "stalled-cycles-frontend, stalled-cycles-backend, ref-cycles)");
}

}  // namespace
}  // namespace bpf_exporter::kernel
