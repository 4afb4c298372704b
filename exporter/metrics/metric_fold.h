// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "metrics/buckets.h"
#include "metrics/family.h"
#include "metrics/key_cells.h"
#include "metrics/map_reader.h"
#include "metrics/merge.h"
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

// Adds one map's rows to the family of one metric. The inner loops of a snapshot: a few nanoseconds
// a row, no memory taken, nothing decoded once a key is known.
class MetricFold {
 public:
  // `number` is the metric's in the family, which outlives this.
  MetricFold(std::shared_ptr<const plan::MetricPlan> plan, Family& family, std::uint32_t number,
             const RowShape& shape);

  // Adds rows whose slots are below `slots`.
  void Fold(const Rows& rows, std::size_t slots);

  KeyCells& cells() { return cells_; }
  const KeyCells& cells() const { return cells_; }
  Family& family() const { return family_; }
  const plan::MetricPlan& plan() const { return *plan_; }
  std::uint32_t number() const { return number_; }

 private:
  using FoldFunction = void (MetricFold::*)(const Rows&);

  FoldFunction ChooseFunction() const;
  template <typename T>
  static FoldFunction Choose(std::uint32_t cpus);
  template <typename T, bool kManyCpus>
  void FoldNumbers(const Rows& rows);
  void FoldRuns(const Rows& rows);
  void NoteLarge(const std::byte* value, std::uint32_t cell, std::uint64_t before,
                 std::uint64_t merged);
  void NoteLargeRun(const ValueRun& run, const std::byte* value, std::uint32_t cell);
  Carry CarryOfCpus(const plan::ValueField& field, const std::byte* value, std::uint32_t cpu,
                    std::uint32_t cpus, std::uint32_t index) const;
  SumType TypeOf(const plan::ValueField& field) const;
  bool IsZero(const std::byte* value) const;
  bool HasValue(const std::byte* value, std::uint32_t cpu, std::uint32_t cpus) const;
  bool AddRuns(const std::byte* value, std::uint32_t cpu, std::uint32_t cpus,
               std::uint32_t first_cell);
  const std::byte* KeyOfRow(const Rows& rows, std::size_t row);

  std::shared_ptr<const plan::MetricPlan> plan_;
  Family& family_;
  std::uint32_t number_;
  RowShape shape_;
  KeyCells cells_;
  std::vector<ValueRun> runs_;
  std::uint64_t reciprocal_;   // of the family's cells a series
  std::uint64_t large_value_;  // see LargeBits(): of the CPUs of a row
  std::uint64_t large_cell_;   // of the cells of a series
  FoldFunction fold_;
  std::uint32_t index_key_ = 0;
};

}  // namespace bpf_exporter::metrics
