// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "metrics/family.h"
#include "metrics/key_series.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// Keys that made no series. Since the start, but for over_limit.
struct FoldCounts {
  std::uint64_t over_limit = 0;  // rows that the last snapshot left out
  std::uint64_t skipped = 0;
  std::uint64_t undecodable = 0;
  std::uint64_t outside = 0;
};

// Remembers for every slot of a map's keys where one metric adds the values: the cell of a series,
// or why there is none. A key is decoded when its slot is first seen with a value to show. A slot
// has an entry for each lane: one, or one for each CPU if a label says which.
class KeyCells {
 public:
  using KeyOf = std::function<const std::byte*(std::uint32_t slot)>;

  // `number` is the metric's in the family, which outlives this.
  KeyCells(std::shared_ptr<const plan::MetricPlan> plan, Family& family, std::uint32_t number,
           std::uint32_t key_size, std::uint32_t lanes);

  std::uint32_t lanes() const { return lanes_; }
  // Makes room for the entries of slots below `slots`.
  void Grow(std::size_t slots);
  // Returns what all entries hold: [slot * lanes + lane], a cell of the family or none.
  const std::uint32_t* entries() const { return entries_.data(); }
  static bool IsCell(std::uint32_t held) { return held < kFirstReason; }

  // For an entry that holds no cell: decodes `key` if that was not done yet, and returns what the
  // entry holds then. The family's cells may have moved.
  std::uint32_t Resolve(std::uint32_t entry, const std::byte* key, std::uint32_t cpu);
  // Counts a value with counts outside of the histogram's bounds; once for each entry.
  void CountOutside(std::uint32_t entry, const std::byte* key);

  // At the start of a snapshot: decodes keys again whose answer was provisional, a bounded number
  // each time, and keys over the limit if there is room now. Returns whether one of them moved to
  // another series.
  bool DecodeAgain(const KeyOf& key_of);
  // The keys of these slots have gone.
  void Forget(std::span<const std::uint32_t> slots);
  // Slot i is now new_slots[i], which is not larger, or KeySlots::kNone.
  void MoveSlots(std::span<const std::uint32_t> new_slots);
  // Tells the family which cells keys lead to; adopts the cells' new numbers.
  void KeepCells() const;
  void RenumberCells();

  const FoldCounts& counts() const { return counts_; }

 private:
  // What an entry may hold instead of a cell.
  enum Reason : std::uint32_t {
    kFirstReason = 0xfffffff0,
    kOutside = 0xfffffffb,  // only for WarnOnce
    kOverLimit = 0xfffffffc,
    kUndecodable = 0xfffffffd,
    kSkipped = 0xfffffffe,
    kUnknown = 0xffffffff,  // not decoded yet
  };
  struct Answer {
    std::uint32_t held;  // a cell, or the reason why there is none
    bool provisional = false;
  };

  Answer Decode(const std::byte* key, std::uint32_t cpu);
  std::uint32_t Undecodable(const std::byte* key, std::string_view why);
  void WarnOnce(Reason reason, const std::byte* key, std::string_view why);
  void RetryOverLimit();

  std::shared_ptr<const plan::MetricPlan> plan_;
  Family& family_;
  std::uint32_t number_;
  std::uint32_t key_size_;
  std::uint32_t lanes_;

  std::vector<std::uint32_t> entries_;
  std::vector<std::uint32_t> provisional_;  // entries to decode again
  std::size_t next_provisional_ = 0;
  std::vector<bool> outside_seen_;  // by entry: its value had counts outside of the bounds

  KeySeries series_;
  FoldCounts counts_;
  std::uint32_t warned_ = 0;  // bits: the reasons that were logged already
};

}  // namespace bpf_exporter::metrics
