// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

// How several values become the one number of a series: those of a row's CPUs, of rows with equal
// labels, of elements of an array that share a bucket, of the buckets below a bound.
//
// Values are added in two's complement, 64 bits wide. That is exact, in any order and for signed
// ones, too, as long as the sum fits; what it has beyond 64 bits is a Carry. Nearly all numbers are
// so small that an addition cannot have one: IsLarge() tells that from the operands' leading bits,
// and the inner loops do no more than that.
namespace bpf_exporter::metrics {

// Returns a + b, or the largest number if that is too large.
inline std::uint64_t SaturatingAdd(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t sum = a + b;
  return sum < a ? std::numeric_limits<std::uint64_t>::max() : sum;
}

// Returns the leading bits that IsLarge() looks at, where `count` numbers and as many more are
// added. A mask takes less time than a shift by a number that the compiler does not know.
inline std::uint64_t LargeBits(std::size_t count) {
  return ~std::uint64_t{0} << (62 - std::bit_width(count));
}

// Returns whether one of the numbers that were or'ed into `bits` is so large, or negative, that the
// sum of as many as LargeBits() was told of may not fit.
inline bool IsLarge(std::uint64_t bits, std::uint64_t large_bits) {
  return (bits & large_bits) != 0;
}

// What a sum has beyond its lower 64 bits, in units of 2^64: taken as unsigned and as signed, for
// the two differ once a number has its highest bit set.
struct Carry {
  std::int64_t as_unsigned = 0;
  std::int64_t as_signed = 0;

  Carry& operator+=(const Carry& other) {
    as_unsigned += other.as_unsigned;
    as_signed += other.as_signed;
    return *this;
  }
};

// Returns what the sum of the two has beyond 64 bits.
inline Carry CarryOf(std::uint64_t a, std::uint64_t b) {
  Carry carry;
  carry.as_unsigned = a + b < a ? 1 : 0;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b), &sum)) {
    carry.as_signed = sum < 0 ? 1 : -1;
  }
  return carry;
}

// What a sum that may be too large means.
struct SumType {
  bool is_signed = false;  // whether the series shows it as signed
  // Whether its values may be negative though it is shown as unsigned: gauges that programs count
  // up on one CPU and down on another, in an unsigned type.
  bool may_cancel = false;
};

// Returns whether a sum whose lower 64 bits are `number` does not fit its type.
inline bool HasCarry(const Carry& carry, SumType type, std::uint64_t number = 0) {
  if (type.is_signed) return carry.as_signed != 0;
  const bool cancels =
      type.may_cancel && carry.as_signed == 0 && static_cast<std::int64_t>(number) >= 0;
  return carry.as_unsigned != 0 && !cancels;
}

// Sets `number`, the lower 64 bits of a sum with that carry, to the nearest number of its type.
// Returns whether it did not fit.
inline bool Saturate(const Carry& carry, SumType type, std::uint64_t& number) {
  using Signed = std::numeric_limits<std::int64_t>;
  if (!HasCarry(carry, type, number)) return false;
  number = std::numeric_limits<std::uint64_t>::max();
  if (type.is_signed) {
    number = static_cast<std::uint64_t>(carry.as_signed > 0 ? Signed::max() : Signed::min());
  }
  return true;
}

}  // namespace bpf_exporter::metrics
