// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <random>

namespace bpf_exporter {
namespace {

// Bytes from a literal that may hold NULs.
template <std::size_t size>
std::string Bytes(const char (&literal)[size]) {
  return std::string(literal, size - 1);
}

TEST(Utf8, MeasuresCharacters) {
  EXPECT_EQ(Utf8CharacterSize("a"), 1u);
  EXPECT_EQ(Utf8CharacterSize(std::string_view("\0", 1)), 1u);
  EXPECT_EQ(Utf8CharacterSize("éa"), 2u);
  EXPECT_EQ(Utf8CharacterSize("\xEF\xBF\xBF"), 3u);
  EXPECT_EQ(Utf8CharacterSize("\xED\x9F\xBF"), 3u);      // the last before the surrogates
  EXPECT_EQ(Utf8CharacterSize("\xF4\x8F\xBF\xBF"), 4u);  // the last of all
}

TEST(Utf8, RefusesWhatIsNoCharacter) {
  for (const char* text : {"", "\x80", "\xC3", "\xC3x", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
                           "\xED\xA0\x80", "\xE2\x82", "\xE2\x82x", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(Utf8CharacterSize(text), 0u) << text;
  }
}

TEST(Utf8, TellsControlCharacters) {
  EXPECT_TRUE(IsControl("\x1b", 1));
  EXPECT_TRUE(IsControl("\n", 1));
  EXPECT_TRUE(IsControl("\x7f", 1));
  EXPECT_TRUE(IsControl("\xC2\x9B", 2));
  EXPECT_FALSE(IsControl("\t", 1));
  EXPECT_FALSE(IsControl(" ", 1));
  EXPECT_FALSE(IsControl("\xC2\xA0", 2));
  EXPECT_FALSE(IsControl("\xC3\x9B", 2));
}

TEST(Utf8, MakesEverythingVisibleOnOneLine) {
  EXPECT_EQ(Visible("größe\n\t\x1b[0m\xC2\x9B\xFFx\xC3"),
            "größe\\n\\t\\x1b[0m\\xc2\\x9b\\xffx\\xc3");
}

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
}  // namespace bpf_exporter
