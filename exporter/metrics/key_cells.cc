// SPDX-License-Identifier: Apache-2.0
// Tests: collector_keys_test.cc
#include "metrics/key_cells.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "metrics/buckets.h"
#include "metrics/key_slots.h"

namespace bpf_exporter::metrics {
namespace {

// Keys that are decoded again in one snapshot: an answer may cost a system call or more.
constexpr std::size_t kMaxDecodedAgain = 1000;

constexpr std::size_t kMaxLoggedKey = 64;  // in bytes

}  // namespace

KeyCells::KeyCells(std::shared_ptr<const plan::MetricPlan> plan, Family& family,
                   std::uint32_t number, std::uint32_t key_size, std::uint32_t lanes)
    : plan_(std::move(plan)),
      family_(family),
      number_(number),
      key_size_(key_size),
      lanes_(lanes),
      series_(*plan_) {}

void KeyCells::Grow(std::size_t slots) {
  if (entries_.size() < slots * lanes_) entries_.resize(slots * lanes_, kUnknown);
}

bool KeyCells::DecodeAgain(const KeyOf& key_of) {
  if (std::exchange(counts_.over_limit, 0) > 0) RetryOverLimit();

  const FoldCounts counts = counts_;
  bool moved = false;
  for (std::size_t left = std::min(provisional_.size(), kMaxDecodedAgain); left > 0; --left) {
    if (next_provisional_ >= provisional_.size()) next_provisional_ = 0;
    const std::uint32_t entry = provisional_[next_provisional_];
    const Answer answer = Decode(key_of(entry / lanes_), entry % lanes_);
    // A new series over the limit is worth less than the one that the key has.
    if (answer.held != kOverLimit && answer.held != entries_[entry]) {
      entries_[entry] = answer.held;
      moved = true;
    }
    if (IsCell(answer.held)) counts_ = counts;  // each key is counted once
    if (answer.provisional) {
      ++next_provisional_;
    } else {
      provisional_[next_provisional_] = provisional_.back();
      provisional_.pop_back();
    }
  }
  return moved;
}

std::uint32_t KeyCells::Resolve(std::uint32_t entry, const std::byte* key, std::uint32_t cpu) {
  if (entries_[entry] == kUnknown) {
    const Answer answer = Decode(key, cpu);
    entries_[entry] = answer.held;
    if (answer.provisional) provisional_.push_back(entry);
  }
  if (entries_[entry] == kOverLimit) ++counts_.over_limit;
  return entries_[entry];
}

std::uint32_t KeyCells::Undecodable(const std::byte* key, std::string_view why) {
  ++counts_.undecodable;
  WarnOnce(kUndecodable, key, why);
  return kUndecodable;
}

KeyCells::Answer KeyCells::Decode(const std::byte* key, std::uint32_t cpu) {
  const KeySeries::Outcome outcome = series_.Decode(key, key_size_, cpu);
  switch (outcome) {
    case KeySeries::Outcome::kSkipped:
      ++counts_.skipped;
      return {kSkipped};
    case KeySeries::Outcome::kNotZero:
      return {Undecodable(key, "only a key of zeros has a series, for the metric has no labels")};
    case KeySeries::Outcome::kUndecodable:
      return {Undecodable(key, series_.text())};
    case KeySeries::Outcome::kSeries:
    case KeySeries::Outcome::kProvisional:
      break;
  }
  const std::uint32_t series = family_.FindOrAdd(series_.text(), number_);
  if (series == Family::kNone) {
    WarnOnce(kOverLimit, key,
             fmt::format("left out, because max_series ({}) is reached", plan_->max_series));
    return {kOverLimit};
  }
  if (plan_->histogram.bucket && series_.cell() == OutsideCell(plan_->histogram)) {
    ++counts_.outside;
    WarnOnce(kOutside, key, "its bucket number is outside of the histogram");
  }
  return {series * family_.stride() + series_.cell(), outcome == KeySeries::Outcome::kProvisional};
}

void KeyCells::CountOutside(std::uint32_t entry, const std::byte* key) {
  if (outside_seen_.size() <= entry) outside_seen_.resize(entries_.size(), false);
  if (outside_seen_[entry]) return;
  outside_seen_[entry] = true;
  ++counts_.outside;
  WarnOnce(kOutside, key, "its value has counts outside of the histogram");
}

void KeyCells::WarnOnce(Reason reason, const std::byte* key, std::string_view why) {
  const std::uint32_t bit = 1u << (reason - kFirstReason);
  if ((warned_ & bit) != 0) return;
  warned_ |= bit;
  log::Warn("config '{}': metric '{}': key {}: {}; further keys like this are only counted",
            plan_->config, plan_->family, Hex(key, key_size_, kMaxLoggedKey), why);
}

// Series have gone: as many keys may get one as there is room now.
void KeyCells::RetryOverLimit() {
  std::uint32_t room = family_.Room(number_);
  for (std::size_t entry = 0; entry < entries_.size() && room > 0; ++entry) {
    if (entries_[entry] != kOverLimit) continue;
    entries_[entry] = kUnknown;
    --room;
  }
}

void KeyCells::Forget(std::span<const std::uint32_t> slots) {
  for (const std::uint32_t slot : slots) {
    const std::size_t first = std::size_t{slot} * lanes_;
    for (std::size_t entry = first; entry < first + lanes_ && entry < entries_.size(); ++entry) {
      entries_[entry] = kUnknown;
      if (entry < outside_seen_.size()) outside_seen_[entry] = false;
    }
  }
  std::erase_if(provisional_, [this](std::uint32_t entry) { return entries_[entry] == kUnknown; });
}

void KeyCells::MoveSlots(std::span<const std::uint32_t> new_slots) {
  std::size_t living = 0;
  std::vector<std::uint32_t> new_entries(entries_.size(), KeySlots::kNone);
  std::vector<bool> outside_seen;
  for (std::size_t entry = 0; entry < entries_.size(); ++entry) {
    const std::uint32_t slot = new_slots[entry / lanes_];
    if (slot == KeySlots::kNone) continue;
    // Slots only move up, so nothing is overwritten that is still to be moved.
    const std::size_t moved = std::size_t{slot} * lanes_ + entry % lanes_;
    entries_[moved] = entries_[entry];
    new_entries[entry] = static_cast<std::uint32_t>(moved);
    living = moved + 1;
    if (!outside_seen_.empty()) {
      outside_seen.resize(living, false);
      outside_seen[moved] = entry < outside_seen_.size() && outside_seen_[entry];
    }
  }
  entries_.resize(living);
  entries_.shrink_to_fit();
  outside_seen_ = std::move(outside_seen);
  for (std::uint32_t& entry : provisional_) entry = new_entries[entry];
  next_provisional_ = 0;
}

void KeyCells::KeepCells() const {
  for (const std::uint32_t held : entries_) {
    if (IsCell(held)) family_.Keep(held);
  }
}

void KeyCells::RenumberCells() {
  for (std::uint32_t& held : entries_) {
    if (IsCell(held)) held = family_.Renumbered(held);
  }
}

}  // namespace bpf_exporter::metrics
