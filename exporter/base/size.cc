// SPDX-License-Identifier: Apache-2.0
#include "base/size.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace bpf_exporter {
namespace {

constexpr std::array<std::string_view, 6> kUnits = {"", "KiB", "MiB", "GiB", "TiB", "PiB"};

// Returns the power of 1024 that "M", "MiB" or "" stands for, or a negative number.
int PowerOf(std::string_view unit) {
  for (std::size_t power = 0; power < kUnits.size(); ++power) {
    const std::string_view known = kUnits[power];
    if (unit == known || (!known.empty() && unit == known.substr(0, 1))) {
      return static_cast<int>(power);
    }
  }
  return -1;
}

}  // namespace

std::string SizeText(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double number = static_cast<double>(bytes);
  std::size_t power = 0;
  // 1023.9 KiB is 1 MiB: three digits cannot tell them apart.
  while (number >= 999.5 && power + 1 < kUnits.size()) {
    number /= 1024;
    ++power;
  }
  const int digits = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  std::string text = fmt::format("{:.{}f}", number, digits);
  if (digits > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return fmt::format("{} {}", text, kUnits[power]);
}

Result<std::uint64_t> ParseSize(std::string_view text) {
  const Error wrong(Quoted(text) + " is not a size such as 512MiB, 1.5GiB or 1048576 (bytes)");
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return wrong;
  const int power = PowerOf({stop, static_cast<std::size_t>(end - stop)});
  if (power < 0) return wrong;
  const double bytes = std::ldexp(number, 10 * power);
  constexpr double kTooMuch = 18446744073709551616.0;  // 2^64
  if (bytes >= kTooMuch) return Error{Quoted(text) + " is more than any memory"};
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace bpf_exporter
