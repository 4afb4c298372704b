// SPDX-License-Identifier: Apache-2.0
#include "config/numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace bpf_exporter::config {
namespace {

constexpr auto kNone = NumberProblem::kNone;
constexpr auto kSyntax = NumberProblem::kSyntax;
constexpr auto kRange = NumberProblem::kRange;

TEST(Numbers, ReadsWholeNumbers) {
  const std::pair<const char*, std::int64_t> good[] = {{"0", 0},
                                                       {"-0", 0},
                                                       {"+7", 7},
                                                       {"26", 26},
                                                       {"-26", -26},
                                                       {"0x1F", 31},
                                                       {"-0x10", -16},
                                                       {"0o17", 15},
                                                       {"0b101", 5},
                                                       {"1_000", 1000},
                                                       {"2.0", 2},
                                                       {"1e3", 1000},
                                                       {"-1.5e1", -15},
                                                       {"9223372036854775807", INT64_MAX},
                                                       {"-9223372036854775808", INT64_MIN}};
  for (const auto& [text, value] : good) {
    EXPECT_EQ(ParseInteger(text).problem, kNone) << text;
    EXPECT_EQ(value, ParseInteger(text).value) << text;
  }
}

TEST(Numbers, RefusesWhatIsNoWholeNumber) {
  for (const char* text : {"",    "-",   "+",   "+-1",  "--1",   "1 ",    " 1",   "1x", "x",
                           "0x",  "0xg", "0b2", "0o8",  "010",   "00",    "1__0", "_1", "1_",
                           "1.5", "1e",  "e3",  "1e-3", "0x1.8", "1,000", "١"}) {
    EXPECT_EQ(ParseInteger(text).problem, kSyntax) << text;
  }
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "1e19", "1e400", ".inf",
                           "-.inf", ".nan", "0xffffffffffffffffff"}) {
    EXPECT_EQ(ParseInteger(text).problem, kRange) << text;
  }
}

TEST(Numbers, ReadsFloats) {
  const std::pair<const char*, double> good[] = {{"0.000001", 0.000001},
                                                 {"1e-9", 1e-9},
                                                 {".5", 0.5},
                                                 {"5.", 5},
                                                 {"-2.5E+3", -2500},
                                                 {"7", 7},
                                                 {"1_000.5", 1000.5},
                                                 {"0x10", 16},
                                                 {"18446744073709551616", 18446744073709551616.0}};
  for (const auto& [text, value] : good) {
    EXPECT_EQ(ParseDouble(text).problem, kNone) << text;
    EXPECT_EQ(value, ParseDouble(text).value) << text;
  }
}

TEST(Numbers, RefusesWhatIsNoFiniteFloat) {
  for (const char* text : {"", ".", "-", "inf", "nan", "infinity", "1e", "1.2.3", "1s", "+-1",
                           "0x1p3", "1 2", "007"}) {
    EXPECT_EQ(ParseDouble(text).problem, kSyntax) << text;
  }
  for (const char* text : {".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1e400", "-1e400", "1e-400"}) {
    EXPECT_EQ(ParseDouble(text).problem, kRange) << text;
  }
}

TEST(Numbers, ReadsDurations) {
  const std::pair<const char*, std::int64_t> good[] = {
      {"90s", 90'000'000'000},
      {"1h30m", 5'400'000'000'000},
      {"500ms", 500'000'000},
      {"1.5s", 1'500'000'000},
      {"2.3s", 2'300'000'000},
      {".5us", 500},
      {"7µs", 7'000},
      {"7μs", 7'000},
      {"1h05m", 3'900'000'000'000},
      {"+3ns", 3},
      {"0", 0},
      {"0s", 0},
      {"90", 90},
      {"1000000h", 3'600'000'000'000'000'000},
      {"8999999999999999999ns", 8'999'999'999'999'999'999}};
  for (const auto& [text, value] : good) {
    EXPECT_EQ(ParseDurationOrNanoseconds(text).problem, kNone) << text;
    EXPECT_EQ(value, ParseDurationOrNanoseconds(text).value) << text;
  }
  EXPECT_EQ(ParseDuration("90s").problem, kNone);
}

TEST(Numbers, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "+", "s", "1x", "1h30", "1..5s", "1s ", "1 s", "h1", "1sec"}) {
    EXPECT_EQ(ParseDurationOrNanoseconds(text).problem, kSyntax) << text;
  }
  EXPECT_EQ(ParseDuration("90").problem, kSyntax);
  for (const char* text :
       {"-1s", "-1", "3000000h", "9223372036854775808", "99999999999999999999h"}) {
    EXPECT_EQ(ParseDurationOrNanoseconds(text).problem, kRange) << text;
  }
}

}  // namespace
}  // namespace bpf_exporter::config
