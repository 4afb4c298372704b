// SPDX-License-Identifier: Apache-2.0
#include "base/pack.h"

#include <gtest/gtest.h>

#include <random>

namespace bpf_exporter {
namespace {

enum class Color : std::uint16_t { kRed = 1, kGreen = 40'000 };

struct Point {
  std::int32_t x = 0;
  std::uint64_t y = 0;
  bool operator==(const Point&) const = default;
};

struct Node {
  std::string name;
  Color color = Color::kRed;
  bool leaf = true;
  std::vector<Point> points;
  std::map<std::string, std::vector<std::string>> lists;
  std::vector<std::pair<std::string, std::int64_t>> pairs;
  std::shared_ptr<const Node> next;
};

Node Example() {
  auto inner = std::make_shared<Node>();
  inner->name = std::string("with \0 in it", 12);
  Node node;
  node.name = "outer";
  node.color = Color::kGreen;
  node.leaf = false;
  node.points = {{-1, 2}, {3, UINT64_MAX}};
  node.lists = {{"", {}}, {"a", {"b", "", "c"}}};
  node.pairs = {{"least", INT64_MIN}};
  node.next = inner;
  return node;
}

TEST(Pack, BringsEverythingBack) {
  const std::optional<Node> back = Unpack<Node>(Pack(Example()));
  ASSERT_TRUE(back.has_value());
  const Node expected = Example();
  EXPECT_EQ(back->name, expected.name);
  EXPECT_EQ(back->color, expected.color);
  EXPECT_EQ(back->leaf, expected.leaf);
  EXPECT_EQ(back->points, expected.points);
  EXPECT_EQ(back->lists, expected.lists);
  EXPECT_EQ(back->pairs, expected.pairs);
  ASSERT_NE(back->next, nullptr);
  EXPECT_EQ(back->next->name, expected.next->name);
  EXPECT_EQ(back->next->next, nullptr);
}

TEST(Pack, RefusesWhatIsCutShortOrTooLong) {
  const std::string bytes = Pack(Example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Unpack<Node>(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(Unpack<Node>(bytes + "x").has_value());
}

TEST(Pack, EndsOnAnything) {
  const std::string good = Pack(Example());
  std::mt19937 random(20261);
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bad = good;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      bad[random() % bad.size()] = static_cast<char>(random());
    }
    refused += Unpack<Node>(bad).has_value() ? 0 : 1;
  }
  EXPECT_GT(refused, 5'000);
  EXPECT_LT(refused, 20'000);
}

TEST(Pack, RefusesAChainWithoutEnd) {
  auto last = std::make_shared<const Node>();
  for (int depth = 0; depth < 1000; ++depth) {
    auto before = std::make_shared<Node>();
    before->next = last;
    last = before;
  }
  EXPECT_FALSE(Unpack<Node>(Pack(*last)).has_value());
}

}  // namespace
}  // namespace bpf_exporter
