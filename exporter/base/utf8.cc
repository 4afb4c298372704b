// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <fmt/core.h>

#include <cstdint>

#include "base/bytes.h"

namespace bpf_exporter {
namespace {

std::uint8_t Byte(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// The least and greatest second byte tell overlong forms, surrogates and what is above U+10FFFF.
struct SecondByte {
  std::size_t size;
  std::uint8_t least;
  std::uint8_t greatest;
};

SecondByte AfterFirst(std::uint8_t first) {
  if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Returns the length of the run of ASCII that `text` starts with.
std::size_t AsciiLength(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  while (at + 8 <= text.size() && (Load<std::uint64_t>(text.data() + at) & kHighBits) == 0) at += 8;
  while (at < text.size() && static_cast<signed char>(text[at]) >= 0) ++at;
  return at;
}

// Returns the length of the valid UTF-8 that `text` starts with.
std::size_t ValidLength(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    at += AsciiLength(text.substr(at));
    if (at == text.size()) return at;
    const Utf8Sequence next = FirstUtf8(text.substr(at));
    if (!next.valid) return at;
    at += next.size;
  }
}

}  // namespace

Utf8Sequence FirstUtf8(std::string_view text) {
  if (Byte(text, 0) < 0x80) return {1, true};
  const SecondByte second = AfterFirst(Byte(text, 0));
  if (second.size == 0) return {1, false};
  for (std::size_t i = 1; i < second.size; ++i) {
    const std::uint8_t least = i == 1 ? second.least : 0x80;
    const std::uint8_t greatest = i == 1 ? second.greatest : 0xBF;
    if (i >= text.size() || Byte(text, i) < least || Byte(text, i) > greatest) return {i, false};
  }
  return {second.size, true};
}

std::size_t Utf8CharacterSize(std::string_view text) {
  if (text.empty()) return 0;
  const Utf8Sequence first = FirstUtf8(text);
  return first.valid ? first.size : 0;
}

bool IsControl(std::string_view text, std::size_t size) {
  if (size == 1) return (Byte(text, 0) < 0x20 && text[0] != '\t') || Byte(text, 0) == 0x7F;
  return size == 2 && Byte(text, 0) == 0xC2 && Byte(text, 1) < 0xA0;
}

std::string Visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = Utf8CharacterSize(text);
    if (text[0] == '\n') {
      out += "\\n";
    } else if (text[0] == '\t') {
      out += "\\t";
    } else if (size == 0 || IsControl(text, size)) {
      for (std::size_t i = 0; i < (size == 0 ? 1 : size); ++i) {
        out += fmt::format("\\x{:02x}", Byte(text, i));
      }
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

bool IsValidUtf8(std::string_view text) { return ValidLength(text) == text.size(); }

std::string ValidUtf8(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t valid = ValidLength(text);
    out += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) return out;
    out += kReplacement;
    text.remove_prefix(FirstUtf8(text).size);
  }
}

}  // namespace bpf_exporter
