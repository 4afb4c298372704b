// SPDX-License-Identifier: Apache-2.0
#include "metrics/event_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"

namespace bpf_exporter::metrics {
namespace {

using namespace std::chrono_literals;

class Rows : public RowSink {
 public:
  void OnRows(const RowBlock& block) override {
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto* key = reinterpret_cast<const char*>(block.keys + i * block.key_stride);
      counts[std::string(key, block.key_stride)] +=
          Load<std::uint64_t>(block.values + i * block.value_stride);
    }
  }
  std::map<std::string, std::uint64_t> counts;
};

std::map<std::string, std::uint64_t> Read(EventTable& table) {
  Rows rows;
  EXPECT_TRUE(table.Read(rows).ok());
  return rows.counts;
}

TEST(EventTable, CountsRecordsByTheirFirstBytes) {
  EventTable table(2, 10, 1h);
  table.Add("ab");
  table.Add("ab and what the kernel pads it with");
  table.Add("cd");
  EXPECT_EQ(Read(table), (std::map<std::string, std::uint64_t>{{"ab", 2}, {"cd", 1}}));
  table.Add("ab");
  EXPECT_EQ(Read(table), (std::map<std::string, std::uint64_t>{{"ab", 3}, {"cd", 1}}));
}

TEST(EventTable, CountsEveryRecordIntoOneRowWithoutAKey) {
  EventTable table(0, 10, 1h);
  EXPECT_TRUE(Read(table).empty());
  table.Add("");
  table.Add("x");
  EXPECT_EQ(Read(table), (std::map<std::string, std::uint64_t>{{"", 2}}));
}

TEST(EventTable, CountsShortRecordsApart) {
  EventTable table(4, 10, 1h);
  table.Add("abc");
  EXPECT_TRUE(Read(table).empty());
  EXPECT_EQ(table.too_short(), 1u);
}

TEST(EventTable, HoldsNoMoreKeysThanItMay) {
  EventTable table(1, 2, 1h);
  for (const char* key : {"a", "b", "c", "a", "d"}) table.Add(key);
  EXPECT_EQ(Read(table), (std::map<std::string, std::uint64_t>{{"a", 2}, {"b", 1}}));
  EXPECT_EQ(table.over_limit(), 2u);
}

TEST(EventTable, TellsOfEachKeyThatItHoldsAtItsFirstRecord) {
  std::vector<std::string> told;
  EventTable table(1, 2, 1h, [&](std::string_view key) { told.emplace_back(key); });
  for (const char* record : {"a1", "b1", "a2", "", "c1", "b2"}) table.Add(record);
  EXPECT_EQ(told, (std::vector<std::string>{"a", "b"}));
}

TEST(EventTable, TellsOfAKeyAgainThatItHadForgotten) {
  int told = 0;
  EventTable table(1, 2, 1ns, [&](std::string_view) { ++told; });
  table.Add("a");
  EXPECT_TRUE(Read(table).empty());
  table.Add("a");
  EXPECT_EQ(told, 2);
}

TEST(EventTable, ForgetsEverythingAtTheFlushInterval) {
  EventTable table(1, 10, 1ns);
  table.Add("a");
  EXPECT_TRUE(Read(table).empty());
}

TEST(EventTable, LosesNothingWhileItIsRead) {
  constexpr int kRecords = 200'000;
  EventTable table(1, 10, 1h);
  std::thread writer([&] {
    for (int i = 0; i < kRecords; ++i) table.Add(i % 2 == 0 ? "a" : "b");
  });
  std::uint64_t before = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t now = Read(table)["a"];
    EXPECT_GE(now, before);
    before = now;
  }
  writer.join();
  EXPECT_EQ(Read(table),
            (std::map<std::string, std::uint64_t>{{"a", kRecords / 2}, {"b", kRecords / 2}}));
}

}  // namespace
}  // namespace bpf_exporter::metrics
