// SPDX-License-Identifier: Apache-2.0
#include "exposition/number.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace bpf_exporter::exposition {
namespace {

std::string Unsigned(std::uint64_t number) {
  char text[kMaxNumberSize];
  return {text, WriteUnsigned(number, text)};
}
std::string Signed(std::int64_t number) {
  char text[kMaxNumberSize];
  return {text, WriteSigned(number, text)};
}
std::string Double(double number) {
  char text[kMaxNumberSize];
  return {text, WriteDouble(number, text)};
}

// The rule for the place of the point, applied to plain decimal digits by hand.
std::string Restyled(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() <= 6) return digits;
  std::string exponent = std::to_string(digits.size() - 1);
  if (exponent.size() < 2) exponent.insert(0, 1, '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.size() > 1) digits.insert(1, ".");
  return digits + "e+" + exponent;
}

TEST(Number, WritesIntegersAsTheUsualClientsDo) {
  EXPECT_EQ(Unsigned(0), "0");
  EXPECT_EQ(Unsigned(1), "1");
  EXPECT_EQ(Unsigned(10), "10");
  EXPECT_EQ(Unsigned(100000), "100000");
  EXPECT_EQ(Unsigned(123456), "123456");
  EXPECT_EQ(Unsigned(999999), "999999");
  EXPECT_EQ(Unsigned(1000000), "1e+06");
  EXPECT_EQ(Unsigned(1048576), "1.048576e+06");
  EXPECT_EQ(Unsigned(1287408), "1.287408e+06");
  EXPECT_EQ(Unsigned(12345670), "1.234567e+07");
  EXPECT_EQ(Unsigned(100000000), "1e+08");
  EXPECT_EQ(Unsigned(10000000000), "1e+10");
  EXPECT_EQ(Unsigned(9007199254740993), "9.007199254740993e+15");
  EXPECT_EQ(Unsigned(10000000000000000), "1e+16");
  EXPECT_EQ(Unsigned(18446744073709551615u), "1.8446744073709551615e+19");
}

TEST(Number, WritesSignedIntegers) {
  EXPECT_EQ(Signed(-1), "-1");
  EXPECT_EQ(Signed(-1000000), "-1e+06");
  EXPECT_EQ(Signed(42), "42");
  EXPECT_EQ(Signed(std::numeric_limits<std::int64_t>::min()), "-9.223372036854775808e+18");
}

TEST(Number, AgreesWithPlainDigitsOnIntegersOfEveryLength) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300'000; ++i) {
    std::uint64_t number = random() >> (random() % 64);
    if (i % 3 == 0) number = number / 1000 * 1000;  // trailing zeros
    ASSERT_EQ(Unsigned(number), Restyled(number));
  }
  for (std::uint64_t power = 1; power != 0 && power < std::uint64_t{1} << 60; power *= 10) {
    for (const std::uint64_t number : {power - 1, power, power + 1, power * 9}) {
      ASSERT_EQ(Unsigned(number), Restyled(number));
    }
  }
}

TEST(Number, ReadsBackAsTheSameDouble) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t number = random() >> (random() % 64);
    const std::string text = Unsigned(number);
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), static_cast<double>(number)) << text;
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    const std::string written = Double(value);
    ASSERT_EQ(std::strtod(written.c_str(), nullptr), value) << written;
    ASSERT_LT(written.size(), kMaxNumberSize);
  }
}

TEST(Number, WritesIntegersBelow2To53LikeDoubles) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t number = random() >> (11 + random() % 53);
    ASSERT_EQ(Unsigned(number), Double(static_cast<double>(number)));
  }
}

TEST(Number, WritesDoublesAsTheUsualClientsDo) {
  EXPECT_EQ(Double(0), "0");
  EXPECT_EQ(Double(-0.0), "0");
  EXPECT_EQ(Double(1), "1");
  EXPECT_EQ(Double(-1.5), "-1.5");
  EXPECT_EQ(Double(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Double(0.0001), "0.0001");
  EXPECT_EQ(Double(0.000064), "6.4e-05");
  EXPECT_EQ(Double(1e-6), "1e-06");
  EXPECT_EQ(Double(0.00012345), "0.00012345");
  EXPECT_EQ(Double(999999.5), "999999.5");
  EXPECT_EQ(Double(1e6), "1e+06");
  EXPECT_EQ(Double(1048576), "1.048576e+06");
  EXPECT_EQ(Double(1e100), "1e+100");
  EXPECT_EQ(Double(5e-324), "5e-324");
  EXPECT_EQ(Double(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
  EXPECT_EQ(Double(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(Double(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(Double(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

// The ladders of bucket bounds whose texts other serializers get wrong.
TEST(Number, WritesBoundsOfNanosecondLadders) {
  EXPECT_EQ(Double(8192 * 1e-9), "8.192e-06");
  EXPECT_EQ(Double(8388608 * 1e-9), "0.008388608");
}

}  // namespace
}  // namespace bpf_exporter::exposition
