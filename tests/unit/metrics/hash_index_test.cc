// SPDX-License-Identifier: Apache-2.0
#include "metrics/hash_index.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_map>

#include "metrics/hash.h"

namespace bpf_exporter::metrics {
namespace {

std::uint64_t HashOf(const std::string& text) { return HashBytes(text.data(), text.size(), 42); }

TEST(HashIndex, FindsWhatWasAddedAndNothingElse) {
  HashIndex index;
  std::vector<std::string> things;
  std::unordered_map<std::string, std::uint32_t> expected;
  const auto find = [&](const std::string& thing) {
    return index.Find(HashOf(thing), [&](std::uint32_t n) { return things[n] == thing; });
  };
  EXPECT_EQ(find("anything"), HashIndex::kNone);
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string thing(random() % 40, static_cast<char>('a' + random() % 26));
    const std::string text = thing + std::to_string(random() % 5000);
    const auto known = expected.find(text);
    ASSERT_EQ(find(text), known == expected.end() ? HashIndex::kNone : known->second);
    if (known != expected.end()) continue;
    const auto number = static_cast<std::uint32_t>(things.size());
    things.push_back(text);
    expected[text] = number;
    index.Add(number, HashOf(text), [&](std::uint32_t n) { return HashOf(things[n]); });
  }
  EXPECT_GT(things.size(), 10'000u);
}

// The keys of busy maps: things that have gone keep their numbers until the next rebuilding.
TEST(HashIndex, LeavesOutThingsWithoutAHash) {
  HashIndex index;
  const auto hash_of = [](std::uint32_t n) -> std::optional<std::uint64_t> {
    if (n < 1000) return std::nullopt;
    return HashOf(std::to_string(n));
  };
  index.Rebuild(2000, hash_of);
  for (std::uint32_t n = 0; n < 2000; ++n) {
    const std::uint32_t found =
        index.Find(HashOf(std::to_string(n)), [n](std::uint32_t other) { return other == n; });
    EXPECT_EQ(found, n < 1000 ? HashIndex::kNone : n);
  }
}

TEST(HashIndex, LooksAtFewWrongCandidates) {
  HashIndex index;
  const std::uint32_t count = 100'000;
  const auto hash_of = [](std::uint32_t n) { return HashBytes(&n, sizeof(n), 7); };
  index.Rebuild(count, hash_of);
  std::size_t wrong = 0;
  for (std::uint32_t n = 0; n < 2 * count; ++n) {
    index.Find(hash_of(n), [&](std::uint32_t other) {
      wrong += other != n;
      return other == n;
    });
  }
  EXPECT_LT(wrong, count / 100);
}

// One bit of a key changes half of the bits of its hash, wherever it is and however long the key.
TEST(Hash, SpreadsEveryBitOfKeysOfEveryLength) {
  std::mt19937_64 random(3);
  for (std::size_t size = 1; size <= 40; ++size) {
    std::string key(size, '\0');
    for (char& c : key) c = static_cast<char>(random());
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::string other = key;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
      const int changed = std::popcount(HashOf(key) ^ HashOf(other));
      ASSERT_GT(changed, 8) << "size " << size << " bit " << bit;
    }
  }
}

}  // namespace
}  // namespace bpf_exporter::metrics
