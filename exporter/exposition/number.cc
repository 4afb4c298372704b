// SPDX-License-Identifier: Apache-2.0
#include "exposition/number.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

namespace bpf_exporter::exposition {
namespace {

static_assert(std::endian::native == std::endian::little, "Digits8 puts the first digit lowest");

constexpr std::uint64_t kAsciiZeros = 0x3030303030303030;

// The eight decimal digits of a number below 10^8, one a byte, the most significant one in the
// lowest byte. All at once: dividing lanes of 32, 16 and 8 bits by multiplication, without a
// branch on the number of digits, which the processor could not foresee. A number takes 9 ns, and
// 15 ns by way of a double and std::to_chars, which would lose digits above 2^53 (tricks_bench).
std::uint64_t Digits8(std::uint32_t number) {
  const std::uint64_t high = number / 10000;
  const std::uint64_t fours = high | (number - high * 10000) << 32;
  const std::uint64_t hundreds = (fours * 5243 >> 19) & 0x0000007f0000007f;
  const std::uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  const std::uint64_t tens = (twos * 103 >> 10) & 0x000f000f000f000f;
  return tens | (twos - tens * 10) << 8;
}

void Store(std::uint64_t bytes, char* out) { std::memcpy(out, &bytes, sizeof(bytes)); }

int LeadingZeroDigits(std::uint64_t digits) { return std::countr_zero(digits) / 8; }
int TrailingZeroDigits(std::uint64_t digits) { return std::countl_zero(digits) / 8; }

char* WriteExponent(unsigned exponent, char* out) {
  out[0] = 'e';
  out[1] = '+';
  out[2] = static_cast<char>('0' + exponent / 10);
  out[3] = static_cast<char>('0' + exponent % 10);
  return out + 4;
}

// From 10^8 up: the digits of the whole number, then the point moved in.
char* WriteLong(std::uint64_t number, char* out) {
  constexpr std::uint64_t kEight = 100'000'000;
  const std::uint64_t parts[3] = {Digits8(static_cast<std::uint32_t>(number / (kEight * kEight))),
                                  Digits8(static_cast<std::uint32_t>(number / kEight % kEight)),
                                  Digits8(static_cast<std::uint32_t>(number % kEight))};
  char text[24];
  for (int part = 0; part < 3; ++part) Store(parts[part] + kAsciiZeros, text + part * 8);
  const int first = parts[0] != 0 ? LeadingZeroDigits(parts[0]) : 8 + LeadingZeroDigits(parts[1]);
  int end = 24;
  for (int part = 2; part >= 0; --part) {
    end = part * 8 + 8;
    if (parts[part] == 0) continue;
    end -= TrailingZeroDigits(parts[part]);
    break;
  }
  *out++ = text[first];
  if (end > first + 1) {
    *out++ = '.';
    std::memcpy(out, text + first + 1, static_cast<std::size_t>(end - first - 1));
    out += end - first - 1;
  }
  return WriteExponent(static_cast<unsigned>(23 - first), out);
}

}  // namespace

char* WriteUnsigned(std::uint64_t number, char* out) {
  if (number >= 100'000'000) return WriteLong(number, out);
  const std::uint64_t digits = Digits8(static_cast<std::uint32_t>(number));
  // The last digit is written even if it is 0.
  const int zeros = LeadingZeroDigits(digits | std::uint64_t{1} << 56);
  const std::uint64_t text = (digits + kAsciiZeros) >> (zeros * 8);
  const int length = 8 - zeros;
  if (number < 1'000'000) {
    Store(text, out);
    return out + length;
  }
  *out = static_cast<char>(text);
  const int significant = length - TrailingZeroDigits(digits);
  if (significant > 1) {
    out[1] = '.';
    Store(text >> 8, out + 2);
    out += significant;
  }
  return WriteExponent(static_cast<unsigned>(length - 1), out + 1);
}

char* WriteSigned(std::int64_t number, char* out) {
  auto magnitude = static_cast<std::uint64_t>(number);
  if (number < 0) {
    *out++ = '-';
    magnitude = 0 - magnitude;
  }
  return WriteUnsigned(magnitude, out);
}

char* WriteDouble(double number, char* out) {
  const auto write = [&](std::string_view text) {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
  };
  if (std::isnan(number)) return write("NaN");
  if (std::isinf(number)) return write(number > 0 ? "+Inf" : "-Inf");
  if (number == 0) return write("0");
  const double magnitude = std::fabs(number);
  const auto format = magnitude >= 1e-4 && magnitude < 1e6 ? std::chars_format::fixed
                                                           : std::chars_format::scientific;
  return std::to_chars(out, out + kMaxNumberSize, number, format).ptr;
}

}  // namespace bpf_exporter::exposition
