// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

// U+FFFD, n times.
std::string Replaced(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += "\xef\xbf\xbd";
  return text;
}

TEST(ValidUtf8, KeepsValidText) {
  for (const std::string& text :
       {Bytes(""), Bytes("plain ascii of more than eight bytes"), Bytes("nul\0is legal"),
        Bytes("caf\xc3\xa9"), Bytes("\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"),
        Bytes("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"), Bytes("\x7f\xc2\x80\xdf\xbf")}) {
    EXPECT_EQ(ValidUtf8(text), text);
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

TEST(ValidUtf8, ReplacesATruncatedCharacterOnce) {
  EXPECT_EQ(ValidUtf8("caf\xc3"), "caf" + Replaced(1));
  EXPECT_EQ(ValidUtf8("\xe2\x82"), Replaced(1));
  EXPECT_EQ(ValidUtf8("\xf0\x9f\x98"), Replaced(1));
  EXPECT_EQ(ValidUtf8("\xf0\x9f\x98z"), Replaced(1) + "z");
}

TEST(ValidUtf8, ReplacesEachByteThatStartsNothing) {
  EXPECT_EQ(ValidUtf8("\xff\xfe"), Replaced(2));
  EXPECT_EQ(ValidUtf8("\x80\xbf"), Replaced(2));
  EXPECT_EQ(ValidUtf8("\xf5\x80\x80\x80"), Replaced(4));
}

TEST(ValidUtf8, ReplacesOverlongFormsAndSurrogatesByteByByte) {
  EXPECT_EQ(ValidUtf8("\xc0\xaf"), Replaced(2));
  EXPECT_EQ(ValidUtf8("\xe0\x80\xaf"), Replaced(3));
  EXPECT_EQ(ValidUtf8("\xf0\x80\x80\xaf"), Replaced(4));
  EXPECT_EQ(ValidUtf8("\xed\xa0\x80"), Replaced(3));
  EXPECT_EQ(ValidUtf8("\xf4\x90\x80\x80"), Replaced(4));
}

// The example of the Unicode standard, section 3.9, table 3-11.
TEST(ValidUtf8, ReplacesMaximalSubpartsAsTheStandardShows) {
  EXPECT_EQ(ValidUtf8("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"
                      "A"),
            Replaced(4) + "A");
  EXPECT_EQ(ValidUtf8("a\xf1\x80\x80\xe1\x80\xc2"
                      "b\x80"
                      "c\x80\xbf"
                      "d"),
            "a" + Replaced(3) + "b" + Replaced(1) + "c" + Replaced(2) + "d");
}

TEST(ValidUtf8, FindsABadByteAtEveryPlaceOfALongText) {
  for (std::size_t at = 0; at < 24; ++at) {
    std::string text(24, 'x');
    text[at] = '\xff';
    EXPECT_EQ(ValidUtf8(text), std::string(at, 'x') + Replaced(1) + std::string(23 - at, 'x'));
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(ValidUtf8, MakesRandomBytesValid) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 24, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    ASSERT_TRUE(IsValidUtf8(ValidUtf8(text)));
  }
}

}  // namespace
}  // namespace bpf_exporter::decode
