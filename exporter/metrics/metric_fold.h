// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/buckets.h"
#include "metrics/family.h"
#include "metrics/key_slots.h"
#include "metrics/label_text.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// A few rows of a map with their slots.
struct Rows {
  const std::byte* keys = nullptr;  // null for arrays: slot, index and key are one
  std::size_t key_stride = 0;
  const std::uint32_t* slots = nullptr;  // null for arrays: first_slot, first_slot + 1 …
  std::uint32_t first_slot = 0;
  std::size_t count = 0;
  const std::byte* values = nullptr;
  std::size_t value_stride = 0;
};

// How the values of a map lie in memory.
struct ValueShape {
  std::uint32_t cpus = 1;
  std::uint32_t cpu_stride = 0;  // bytes from one CPU's value to the next one's
};

// Rows that made no series. Since the start, but for over_limit.
struct FoldCounts {
  std::uint64_t over_limit = 0;  // rows that the last snapshot left out
  std::uint64_t skipped = 0;
  std::uint64_t undecodable = 0;
  std::uint64_t outside = 0;
};

// Adds one map's rows to the family of one metric. A key is decoded when its slot is first seen
// with a value to show; afterwards its slot leads straight to the cell that it is added to.
class MetricFold {
 public:
  using KeyOf = std::function<const std::byte*(std::uint32_t slot)>;

  // `number` is the metric's in the family, which must outlive this.
  MetricFold(std::shared_ptr<const plan::MetricPlan> plan, Family& family, std::uint32_t number,
             std::uint32_t key_size, ValueShape shape);

  // Starts a snapshot, after the family did. Keys whose answer was provisional are asked again, a
  // bounded number each time; true if one of them moved to another series.
  bool Begin(const KeyOf& key_of);
  // Adds rows whose slots are below `slots`.
  void Fold(const Rows& rows, std::size_t slots);

  // The keys of these slots have gone.
  void Forget(std::span<const std::uint32_t> slots);
  // Slot i is now new_slots[i], which is not larger, or KeySlots::kNone.
  void MoveSlots(std::span<const std::uint32_t> new_slots);
  // Tells the family which cells keys lead to; adopts the cells' new numbers.
  void KeepCells() const;
  void RenumberCells();

  Family& family() const { return family_; }
  const plan::MetricPlan& plan() const { return *plan_; }
  std::uint32_t number() const { return number_; }
  const FoldCounts& counts() const { return counts_; }

 private:
  // What a place may hold instead of a cell of the family.
  enum Mark : std::uint32_t {
    kFirstMark = 0xfffffff0,
    kOutside = 0xfffffffb,  // only for WarnOnce
    kOverLimit = 0xfffffffc,
    kUndecodable = 0xfffffffd,
    kSkipped = 0xfffffffe,
    kUnknown = 0xffffffff,  // not decoded yet
  };
  using FoldFunction = void (MetricFold::*)(const Rows&);

  FoldFunction ChooseFunction() const;
  template <typename T>
  static FoldFunction Choose(bool many_cpus);
  template <typename T, bool kManyCpus>
  void FoldNumbers(const Rows& rows);
  void FoldRuns(const Rows& rows);
  bool HasValue(const std::byte* value, std::uint32_t cpu, std::uint32_t cpus) const;
  std::uint64_t AddRuns(const std::byte* value, std::uint32_t cpu, std::uint32_t cpus,
                        std::uint32_t first_cell);

  // The cell of a place that holds `mark`, after decoding the key if need be; a mark for none.
  std::uint32_t Settle(std::uint32_t place, std::uint32_t mark, const Rows& rows, std::size_t row,
                       std::uint32_t cpu);
  std::uint32_t Resolve(const std::byte* key, std::uint32_t cpu, bool& provisional);
  void CountOutside(std::uint32_t place, const Rows& rows, std::size_t row);
  const std::byte* KeyOfRow(const Rows& rows, std::size_t row);
  void WarnOnce(Mark mark, const std::byte* key, std::string_view why);
  void RetryOverLimit();

  std::shared_ptr<const plan::MetricPlan> plan_;
  Family& family_;
  std::uint32_t number_;
  std::uint32_t key_size_;
  ValueShape shape_;
  std::uint32_t lanes_;  // series of one row: one for each CPU if a label says so
  std::vector<ValueRun> runs_;
  std::uint64_t reciprocal_;  // of the family's cells a series
  FoldFunction fold_;

  std::vector<std::uint32_t> places_;       // [slot * lanes_ + lane]: a cell or a mark
  std::vector<std::uint32_t> provisional_;  // places to ask again
  std::size_t ask_next_ = 0;
  std::vector<bool> outside_seen_;  // by place: its value had counts outside of the bounds

  LabelText labels_;
  FoldCounts counts_;
  std::uint32_t index_key_ = 0;
  std::uint32_t warned_ = 0;  // bits: what was logged already
};

}  // namespace bpf_exporter::metrics
