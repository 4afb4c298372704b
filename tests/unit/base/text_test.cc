// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace bpf_exporter {
namespace {

TEST(Printable, EscapesAllButPrintableAscii) {
  EXPECT_EQ(Printable("a\tb\x7f\xc3z", 100), "a\\x09b\\x7f\\xc3z");
  EXPECT_EQ(Printable(std::string_view("\0", 1), 100), "\\x00");
}

TEST(Printable, CutsLongText) { EXPECT_EQ(Printable("abcdef", 4), "abcd"); }

TEST(Hex, ShowsBytesInTheirOrderAndSaysWhenItCuts) {
  const std::byte bytes[] = {std::byte{0}, std::byte{0x1f}, std::byte{0xff}};
  EXPECT_EQ(Hex(bytes, 3, 3), "001fff");
  EXPECT_EQ(Hex(bytes, 3, 2), "001f…");
  EXPECT_EQ(Hex(bytes, 0, 3), "");
}

TEST(List, NamesAllOrSaysHowMany) {
  EXPECT_EQ(List({}), "none");
  EXPECT_EQ(List({"a"}), "a");
  EXPECT_EQ(List({"a", "b"}), "a, b");
  EXPECT_EQ(List({"a", "b", "c"}, 2), "a, b … (3 in all)");
}

TEST(DidYouMean, NamesTheNearestWord) {
  const std::vector<std::string> known = {"bucket_min", "bucket_max", "help", "labels"};
  EXPECT_EQ(DidYouMean("bucket_mx", known), "; did you mean 'bucket_max'?");
  EXPECT_EQ(DidYouMean("hlep", known), "; did you mean 'help'?");
  EXPECT_EQ(DidYouMean("LABEL", known), "; did you mean 'labels'?");
  EXPECT_EQ(DidYouMean("bucket_minimum", known), "; did you mean 'bucket_min'?");
}

TEST(DidYouMean, KeepsSilentWhenNothingIsNear) {
  const std::vector<std::string> known = {"map", "help", "labels"};
  EXPECT_EQ(DidYouMean("colour", known), "");
  EXPECT_EQ(DidYouMean("x", known), "");
  EXPECT_EQ(DidYouMean("tap_x", known), "");
  EXPECT_EQ(DidYouMean("", known), "");
  EXPECT_EQ(DidYouMean(std::string(1 << 20, 'x'), known), "");
  EXPECT_EQ(DidYouMean("map", {}), "");
}

TEST(Quoted, CutsAndKeepsOnOneLine) {
  EXPECT_EQ(Quoted("a b"), "'a b'");
  EXPECT_EQ(Quoted("a\nb\tc\a\xff"), "'a\\nb\\tc\\x07\\xff'");
  EXPECT_EQ(Quoted(std::string(60, 'x')), "'" + std::string(60, 'x') + "'");
  EXPECT_EQ(Quoted(std::string(61, 'x')), "'" + std::string(60, 'x') + "…'");
}

TEST(Split, KeepsEmptyParts) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(Split("a,b", ','), (Parts{"a", "b"}));
  EXPECT_EQ(Split("a", ','), Parts{"a"});
  EXPECT_EQ(Split("", ','), Parts{""});
  EXPECT_EQ(Split(",a,,", ','), (Parts{"", "a", "", ""}));
}

TEST(ParseWhole, TakesNumbersThatAreTheWholeText) {
  EXPECT_EQ(ParseWhole<int>("-12"), -12);
  EXPECT_EQ(ParseWhole<std::uint64_t>("18446744073709551615"), 18446744073709551615u);
  EXPECT_EQ(ParseWhole<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(ParseWhole<unsigned>("-1"), std::nullopt);
  for (const char* text : {"", " 1", "1 ", "+1", "0x1", "1.0"}) {
    EXPECT_EQ(ParseWhole<int>(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bpf_exporter
