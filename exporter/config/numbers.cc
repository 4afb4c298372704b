// SPDX-License-Identifier: Apache-2.0
#include "config/numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace bpf_exporter::config {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kMaxDuration = 9.2e18;  // a little less than 2^63, for what is rounded

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Number<std::int64_t> Bad(NumberProblem problem, std::string remedy = {}) {
  return {0, problem, std::move(remedy)};
}

// Removes `_`, which may only stand between two digits; returns nothing if one stands elsewhere.
std::optional<std::string> WithoutUnderscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const bool between =
        i > 0 && i + 1 < text.size() && IsDigit(text[i - 1]) && IsDigit(text[i + 1]);
    if (!between) return std::nullopt;
  }
  return out;
}

int TakeBase(std::string_view& digits) {
  for (const auto& [prefix, base] : {std::pair{"0x", 16}, {"0o", 8}, {"0b", 2}}) {
    if (!digits.starts_with(prefix)) continue;
    digits.remove_prefix(2);
    return base;
  }
  return 10;
}

// Reads digits with a point or an exponent, and whole numbers of any size.
Number<double> ParseFloat(std::string_view text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  for (const std::string_view word : {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
    if (digits == word) return {0, NumberProblem::kRange, {}};
  }
  // from_chars would take "inf", "nan" and a second sign.
  if (digits.empty() || !(IsDigit(digits[0]) || digits[0] == '.')) {
    return {0, NumberProblem::kSyntax, {}};
  }
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() || code == std::errc::invalid_argument) {
    return {0, NumberProblem::kSyntax, {}};
  }
  if (code != std::errc()) return {0, NumberProblem::kRange, {}};
  return {negative ? -value : value, NumberProblem::kNone, {}};
}

// Reads a whole number without a point. If `remedy` is set, the text must not be tried as a float.
Number<std::int64_t> ParseWhole(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const int base = TakeBase(digits);
  const bool all_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), IsDigit);
  if (base == 10 && digits.size() > 1 && digits[0] == '0' && all_digits) {
    return Bad(NumberProblem::kSyntax, "; without the leading 0 it is decimal, with 0o octal");
  }
  std::uint64_t magnitude = 0;
  const auto [end, code] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (code == std::errc::invalid_argument || end != digits.data() + digits.size()) {
    return Bad(NumberProblem::kSyntax);
  }
  const std::uint64_t greatest = std::uint64_t{1} << 63;
  if (code != std::errc() || magnitude > greatest || (magnitude == greatest && !negative)) {
    return Bad(NumberProblem::kRange);
  }
  return {static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude)};
}

// Returns the nanoseconds of a unit; 0 if there is none of that name.
std::int64_t UnitNanoseconds(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "µs" || unit == "μs") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return 1'000'000'000;
  if (unit == "m") return 60'000'000'000;
  if (unit == "h") return 3'600'000'000'000;
  return 0;
}

}  // namespace

Number<std::int64_t> ParseInteger(std::string_view text) {
  const std::optional<std::string> plain = WithoutUnderscores(text);
  if (!plain) return Bad(NumberProblem::kSyntax);
  Number<std::int64_t> whole = ParseWhole(*plain);
  if (whole.problem != NumberProblem::kSyntax || !whole.remedy.empty()) return whole;
  const Number<double> number = ParseFloat(*plain);
  if (number.problem == NumberProblem::kSyntax) return whole;
  if (number.problem != NumberProblem::kNone || std::abs(number.value) >= kTwoTo63) {
    return Bad(NumberProblem::kRange);
  }
  if (number.value != std::trunc(number.value)) return Bad(NumberProblem::kSyntax);
  return {static_cast<std::int64_t>(number.value)};
}

Number<double> ParseDouble(std::string_view text) {
  const std::optional<std::string> plain = WithoutUnderscores(text);
  if (!plain) return {0, NumberProblem::kSyntax, {}};
  const Number<std::int64_t> whole = ParseWhole(*plain);
  if (whole.problem == NumberProblem::kNone) return {static_cast<double>(whole.value)};
  if (!whole.remedy.empty()) return {0, NumberProblem::kSyntax, whole.remedy};
  return ParseFloat(*plain);
}

Number<std::int64_t> ParseDurationOrNanoseconds(std::string_view text) {
  const Number<std::int64_t> bare = ParseInteger(text);
  if (bare.problem == NumberProblem::kSyntax) return ParseDuration(text);
  return bare.value < 0 ? Bad(NumberProblem::kRange) : bare;
}

Number<std::int64_t> ParseDuration(std::string_view text) {
  if (const Number<std::int64_t> bare = ParseInteger(text);
      bare.problem != NumberProblem::kSyntax) {
    return bare.value != 0 ? Bad(NumberProblem::kSyntax, "; the unit is missing") : bare;
  }
  if (text.starts_with('-')) return Bad(NumberProblem::kRange);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return Bad(NumberProblem::kSyntax);
  double total = 0;
  std::int64_t exact = 0;
  while (!text.empty()) {
    const std::size_t number_size = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::size_t unit_end =
        std::min(text.find_first_of("0123456789.", number_size), text.size());
    const std::string_view digits = text.substr(0, number_size);
    const std::string_view unit = text.substr(number_size, unit_end - number_size);
    const std::int64_t scale = UnitNanoseconds(unit);
    const Number<double> amount = ParseFloat(digits);  // "05" is fine here
    if (amount.problem == NumberProblem::kSyntax) return Bad(NumberProblem::kSyntax);
    if (scale == 0) {
      return Bad(NumberProblem::kSyntax,
                 unit.empty() ? "; the unit is missing" : "; units are h, m, s, ms, us and ns");
    }
    total += amount.value * static_cast<double>(scale);
    if (amount.problem == NumberProblem::kRange || total >= kMaxDuration) {
      return Bad(NumberProblem::kRange);
    }
    // A whole amount stays exact beyond the 53 bits of a double.
    std::int64_t whole = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    const double fraction = amount.value - std::trunc(amount.value);
    exact += whole * scale + std::llround(fraction * static_cast<double>(scale));
    text.remove_prefix(unit_end);
  }
  return {exact};
}

}  // namespace bpf_exporter::config
