// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace bpf_exporter
