// SPDX-License-Identifier: Apache-2.0
// Tests: collector_keys_test.cc
#include "metrics/key_slots.h"

#include <algorithm>
#include <cstring>

#include "metrics/hash.h"

namespace bpf_exporter::metrics {

std::uint64_t KeySlots::Hash(const std::byte* key) const {
  return HashBytes(key, key_size_, HashSeed());
}

// Keys are short and equal most of the time: a few wide loads without a branch for each beat a
// call of memcmp.
inline bool KeySlots::Same(const std::byte* key, std::uint32_t slot) const {
  const std::byte* known = Key(slot);
  const std::size_t size = key_size_;
  if (size < 8) {
    if (size == 4) return Load<std::uint32_t>(key) == Load<std::uint32_t>(known);
    return std::memcmp(key, known, size) == 0;
  }
  if (size > 64) return std::memcmp(key, known, size) == 0;
  std::uint64_t difference =
      Load<std::uint64_t>(key + size - 8) ^ Load<std::uint64_t>(known + size - 8);
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    difference |= Load<std::uint64_t>(key + at) ^ Load<std::uint64_t>(known + at);
  }
  return difference == 0;
}

void KeySlots::BeginWalk() {
  for (State& state : states_) state = state == kVanished ? kVanished : kKnown;
  last_ = 0;
}

std::size_t KeySlots::Find(const std::byte* keys, std::size_t stride, std::size_t count,
                           std::uint32_t* slots) {
  std::uint32_t last = last_;
  std::size_t repeated = 0;
  for (std::size_t row = 0; row < count; ++row, keys += stride) {
    std::uint32_t slot = next_[last];
    if (slot == kNone || !Same(keys, slot)) [[unlikely]] {
      slot = FindOutOfTurn(keys);
      if (states_[slot] != kSeen) {
        // A new key goes between the two that it was met between.
        if (next_[slot + 1] == kNone) next_[slot + 1] = next_[last];
        next_[last] = slot;
      }
    }
    if (states_[slot] != kKnown) [[unlikely]] {
      if (states_[slot] == kSeen) {
        slots[row] = kNone;
        ++repeated;
        continue;
      }
      ++living_;
    }
    states_[slot] = kSeen;
    slots[row] = slot;
    last = slot + 1;
  }
  last_ = last;
  return count - repeated;
}

std::uint32_t KeySlots::FindOutOfTurn(const std::byte* key) {
  const std::uint64_t hash = Hash(key);
  const std::uint32_t known =
      by_key_.Find(hash, [&](std::uint32_t slot) { return Same(key, slot); });
  if (known != HashIndex::kNone) return known;
  const auto slot = static_cast<std::uint32_t>(states_.size());
  keys_.resize(slot * key_size_);
  keys_.insert(keys_.end(), key, key + key_size_);
  next_.resize(slot + 1, kNone);
  next_.push_back(kNone);
  by_key_.Add(slot, hash, [this](std::uint32_t number) { return Hash(Key(number)); });
  states_.push_back(kVanished);
  return slot;
}

std::vector<std::uint32_t> KeySlots::EndWalk() {
  std::vector<std::uint32_t> vanished;
  const State* begin = states_.data();
  const State* end = begin + states_.size();
  const State* at = begin;
  while (at != end && (at = static_cast<const State*>(std::memchr(
                           at, kKnown, static_cast<std::size_t>(end - at)))) != nullptr) {
    const auto slot = static_cast<std::uint32_t>(at - begin);
    vanished.push_back(slot);
    states_[slot] = kVanished;
    ++at;
  }
  living_ -= vanished.size();
  return vanished;
}

bool KeySlots::Sparse() const {
  constexpr std::size_t kFewest = 1024;
  return states_.size() - living_ > std::max(living_, kFewest);
}

std::vector<std::uint32_t> KeySlots::Compact() {
  std::vector<std::uint32_t> new_slots(states_.size(), kNone);
  std::vector<std::byte> keys;
  keys.reserve(living_ * key_size_);
  std::uint32_t count = 0;
  for (std::size_t slot = 0; slot < states_.size(); ++slot) {
    if (states_[slot] == kVanished) continue;
    new_slots[slot] = count++;
    keys.insert(keys.end(), Key(static_cast<std::uint32_t>(slot)),
                Key(static_cast<std::uint32_t>(slot)) + key_size_);
  }
  const auto moved = [&](std::uint32_t slot) { return slot == kNone ? kNone : new_slots[slot]; };
  std::vector<std::uint32_t> next(count + 1, kNone);
  next[0] = moved(next_[0]);
  for (std::size_t slot = 0; slot < states_.size(); ++slot) {
    if (new_slots[slot] != kNone) next[new_slots[slot] + 1] = moved(next_[slot + 1]);
  }
  keys_ = std::move(keys);
  next_ = std::move(next);
  std::vector<State>(count, kKnown).swap(states_);
  by_key_.Rebuild(count, [this](std::uint32_t number) { return Hash(Key(number)); });
  return new_slots;
}

}  // namespace bpf_exporter::metrics
