// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bpf_exporter {

// U+FFFD, which stands for what is no text.
inline constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Utf8Sequence {
  std::size_t size;  // bytes
  bool valid;
};

// Returns the character that `text`, which is not empty, starts with; or, not valid, the bytes that
// belong to no character and that one U+FFFD stands for (Unicode 3.9: the maximal subpart).
Utf8Sequence FirstUtf8(std::string_view text);

// Returns the bytes of the character that `text` starts with; 0 if it is empty or starts with what
// is not UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t Utf8CharacterSize(std::string_view text);

// Returns whether the character of `size` bytes at the start of `text` moves a terminal's cursor
// instead of showing something: C0 without tab, DEL, C1.
bool IsControl(std::string_view text, std::size_t size);

// Returns `text` on one line: control characters and what is not UTF-8 as \xNN, newline as \n, tab
// as \t.
std::string Visible(std::string_view text);

// Returns whether all of `text` is UTF-8. NUL is.
bool IsValidUtf8(std::string_view text);
// Returns `text` with U+FFFD for each maximal part of it that is not valid UTF-8.
std::string ValidUtf8(std::string_view text);

}  // namespace bpf_exporter
