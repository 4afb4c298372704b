// SPDX-License-Identifier: Apache-2.0
// Tests: number_test.cc
#include "decode/duration.h"

#include <fmt/core.h>

namespace bpf_exporter::decode {
namespace {

// Returns `value` / `unit` as a decimal fraction without trailing zeros; `unit` is a power of ten.
std::string Fraction(std::uint64_t value, std::uint64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  std::string digits;
  for (std::uint64_t rest = value % unit, place = unit / 10; rest > 0; place /= 10) {
    digits += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return digits.empty() ? text : text + "." + digits;
}

}  // namespace

Decoded DecodeDuration(Number nanoseconds, std::string& out) {
  constexpr std::uint64_t kMicrosecond = 1'000;
  constexpr std::uint64_t kMillisecond = 1'000'000;
  constexpr std::uint64_t kSecond = 1'000'000'000;
  constexpr std::uint64_t kMinute = 60 * kSecond;
  const std::uint64_t value = nanoseconds.negative ? 0 - nanoseconds.bits : nanoseconds.bits;
  out = nanoseconds.negative ? "-" : "";
  if (value == 0) {
    out += "0s";
  } else if (value < kMicrosecond) {
    out += fmt::format("{}ns", value);
  } else if (value < kMillisecond) {
    out += Fraction(value, kMicrosecond) + "µs";
  } else if (value < kSecond) {
    out += Fraction(value, kMillisecond) + "ms";
  } else {
    const std::uint64_t minutes = value / kMinute;
    if (minutes >= 60) out += fmt::format("{}h", minutes / 60);
    if (minutes >= 1) out += fmt::format("{}m", minutes % 60);
    out += Fraction(value % kMinute, kSecond) + "s";
  }
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
