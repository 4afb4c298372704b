#include <cstring>

#include "base/bytes.h"
#include "decode/decoder.h"

namespace bpf_exporter {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Length of the run of ASCII that `text` starts with.
std::size_t AsciiLength(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  while (at + 8 <= text.size() && (Load<std::uint64_t>(text.data() + at) & kHighBits) == 0) at += 8;
  while (at < text.size() && static_cast<signed char>(text[at]) >= 0) ++at;
  return at;
}

struct Sequence {
  std::size_t length;  // bytes
  bool valid;          // else these bytes are a maximal subpart: one U+FFFD stands for them
};

// The sequence that `text` starts with; its first byte is not ASCII. After table 3-7 of the Unicode
// standard (well-formed byte sequences) and section 3.9, "substitution of maximal subparts".
Sequence FirstSequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  std::size_t length = 0;
  unsigned char lowest = 0x80;  // of the second byte
  unsigned char highest = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) lowest = 0xa0;
    if (lead == 0xed) highest = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) lowest = 0x90;
    if (lead == 0xf4) highest = 0x8f;
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || byte(i) < lowest || byte(i) > highest) return {i, false};
    lowest = 0x80;
    highest = 0xbf;
  }
  return {length, true};
}

// Length of the valid UTF-8 that `text` starts with.
std::size_t ValidLength(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    at += AsciiLength(text.substr(at));
    if (at == text.size()) return at;
    const Sequence next = FirstSequence(text.substr(at));
    if (!next.valid) return at;
    at += next.length;
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
    text.remove_prefix(FirstSequence(text).length);
  }
}

}  // namespace bpf_exporter
