// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include "base/bytes.h"
#include "decode/decoder.h"

namespace bpf_exporter::decode {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

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

}  // namespace bpf_exporter::decode
