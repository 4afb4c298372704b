// SPDX-License-Identifier: Apache-2.0
// The inner loops of a snapshot: a few nanoseconds a row, no memory taken, nothing decoded.
#include "base/bytes.h"
#include "metrics/metric_fold.h"

namespace bpf_exporter::metrics {
namespace {

// number / d, given ~0 / d + 1; exact for d > 1 (and 32-bit numbers), and far faster than a
// division.
std::uint32_t Quotient(std::uint32_t number, std::uint64_t reciprocal) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint32_t>(static_cast<Wide>(number) * reciprocal >> 64);
}

// Sign-extended to 64 bits for signed types; sums in two's complement stay exact.
template <typename T>
std::uint64_t LoadAs(const std::byte* from) {
  return static_cast<std::uint64_t>(Load<T>(from));
}

std::uint64_t LoadField(const plan::ValueField& field, const std::byte* value,
                        std::uint32_t index) {
  const std::byte* from = value + field.offset + std::size_t{index} * field.width;
  return field.is_signed ? LoadSigned(from, field.width) : LoadUnsigned(from, field.width);
}

}  // namespace

template <typename T>
MetricFold::FoldFunction MetricFold::Choose(bool many_cpus) {
  return many_cpus ? &MetricFold::FoldNumbers<T, true> : &MetricFold::FoldNumbers<T, false>;
}

MetricFold::FoldFunction MetricFold::ChooseFunction() const {
  if (lanes_ > 1 || plan_->histogram.array) return &MetricFold::FoldRuns;
  const bool many = shape_.cpus > 1;
  const bool is_signed = plan_->value.is_signed;
  switch (plan_->value.width) {
    case 1:
      return is_signed ? Choose<std::int8_t>(many) : Choose<std::uint8_t>(many);
    case 2:
      return is_signed ? Choose<std::int16_t>(many) : Choose<std::uint16_t>(many);
    case 4:
      return is_signed ? Choose<std::int32_t>(many) : Choose<std::uint32_t>(many);
    default:
      return Choose<std::uint64_t>(many);
  }
}

// One number a row: counters, gauges, and histograms with the bucket in the key.
template <typename T, bool kManyCpus>
void MetricFold::FoldNumbers(const Rows& rows) {
  const std::byte* value = rows.values + plan_->value.offset;
  const std::uint32_t* places = places_.data();
  std::uint64_t* cells = family_.values();
  std::uint8_t* present = family_.present();
  const std::uint64_t reciprocal = reciprocal_;
  const bool skip_zero = plan_->skip_zero;
  const bool one_cell = family_.stride() == 1;

  for (std::size_t row = 0; row < rows.count; ++row, value += rows.value_stride) {
    std::uint32_t place = rows.first_slot + static_cast<std::uint32_t>(row);
    if (rows.slots != nullptr) {
      place = rows.slots[row];
      if (place == KeySlots::kNone) continue;
    }
    std::uint64_t sum = 0;
    if constexpr (kManyCpus) {
      const std::uint32_t cpus = shape_.cpus;
      if (sizeof(T) == 8 && shape_.cpu_stride == 8) {
        for (std::uint32_t cpu = 0; cpu < cpus; ++cpu) sum += LoadAs<T>(value + cpu * 8);
      } else {
        const std::size_t stride = shape_.cpu_stride;
        for (std::uint32_t cpu = 0; cpu < cpus; ++cpu) sum += LoadAs<T>(value + cpu * stride);
      }
    } else {
      sum = LoadAs<T>(value);
    }
    if (skip_zero && sum == 0) continue;
    std::uint32_t cell = places[place];
    if (cell >= kFirstMark) [[unlikely]] {
      cell = Settle(place, cell, rows, row, 0);
      if (cell >= kFirstMark) continue;
      cells = family_.values();
      present = family_.present();
    }
    cells[cell] += sum;
    present[one_cell ? cell : Quotient(cell, reciprocal)] = 1;
  }
}

// Several numbers a row, or a series for each CPU.
void MetricFold::FoldRuns(const Rows& rows) {
  const std::uint32_t cpus_a_lane = lanes_ > 1 ? 1 : shape_.cpus;
  for (std::size_t row = 0; row < rows.count; ++row) {
    std::uint32_t slot = rows.first_slot + static_cast<std::uint32_t>(row);
    if (rows.slots != nullptr) {
      slot = rows.slots[row];
      if (slot == KeySlots::kNone) continue;
    }
    const std::byte* value = rows.values + row * rows.value_stride;
    for (std::uint32_t lane = 0; lane < lanes_; ++lane) {
      const std::uint32_t cpu = lane;
      if (plan_->skip_zero && !HasValue(value, cpu, cpus_a_lane)) continue;
      const std::uint32_t place = slot * lanes_ + lane;
      std::uint32_t first_cell = places_[place];
      if (first_cell >= kFirstMark) [[unlikely]] {
        first_cell = Settle(place, first_cell, rows, row, cpu);
        if (first_cell >= kFirstMark) continue;
      }
      const std::uint64_t outside = AddRuns(value, cpu, cpus_a_lane, first_cell);
      if (outside != 0) CountOutside(place, rows, row);
      family_.present()[first_cell / family_.stride()] = 1;
    }
  }
}

bool MetricFold::HasValue(const std::byte* value, std::uint32_t cpu, std::uint32_t cpus) const {
  for (const ValueRun& run : runs_) {
    for (std::uint32_t number = 0; number < run.count; ++number) {
      std::uint64_t sum = 0;
      for (std::uint32_t i = cpu; i < cpu + cpus; ++i) {
        sum += LoadField(run.first, value + std::size_t{i} * shape_.cpu_stride, number);
      }
      if (sum != 0) return true;
    }
  }
  return false;
}

std::uint64_t MetricFold::AddRuns(const std::byte* value, std::uint32_t cpu, std::uint32_t cpus,
                                  std::uint32_t first_cell) {
  std::uint64_t outside = 0;
  for (std::uint32_t i = cpu; i < cpu + cpus; ++i) {
    const std::byte* one = value + std::size_t{i} * shape_.cpu_stride;
    for (const ValueRun& run : runs_) {
      std::uint64_t* cells = family_.values() + first_cell + run.cell;
      if (run.outside) {
        std::uint64_t sum = 0;
        for (std::uint32_t at = 0; at < run.count; ++at) sum += LoadField(run.first, one, at);
        *cells += sum;
        outside |= sum;
      } else if (run.first.width == 8) {
        const std::byte* from = one + run.first.offset;
        for (std::uint32_t at = 0; at < run.count; ++at) {
          cells[at] += Load<std::uint64_t>(from + std::size_t{at} * 8);
        }
      } else {
        for (std::uint32_t at = 0; at < run.count; ++at) cells[at] += LoadField(run.first, one, at);
      }
    }
  }
  return outside;
}

}  // namespace bpf_exporter::metrics
