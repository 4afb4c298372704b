// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace bpf_exporter {
namespace {

TEST(Utf8, MeasuresCharacters) {
  EXPECT_EQ(1u, Utf8CharacterSize("a"));
  EXPECT_EQ(1u, Utf8CharacterSize(std::string_view("\0", 1)));
  EXPECT_EQ(2u, Utf8CharacterSize("éa"));
  EXPECT_EQ(3u, Utf8CharacterSize("\xEF\xBF\xBF"));
  EXPECT_EQ(3u, Utf8CharacterSize("\xED\x9F\xBF"));      // the last before the surrogates
  EXPECT_EQ(4u, Utf8CharacterSize("\xF4\x8F\xBF\xBF"));  // the last of all
}

TEST(Utf8, RefusesWhatIsNoCharacter) {
  for (const char* text : {"", "\x80", "\xC3", "\xC3x", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
                           "\xED\xA0\x80", "\xE2\x82", "\xE2\x82x", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(0u, Utf8CharacterSize(text)) << text;
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
  EXPECT_EQ("größe\\n\\t\\x1b[0m\\xc2\\x9b\\xffx\\xc3",
            Visible("größe\n\t\x1b[0m\xC2\x9B\xFFx\xC3"));
}

}  // namespace
}  // namespace bpf_exporter
