// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace bpf_exporter {

std::string Printable(std::string_view text, std::size_t most) {
  std::string plain;
  for (const char c : text) {
    if (plain.size() >= most) break;
    const auto byte = static_cast<unsigned char>(c);
    plain += byte < 0x20 || byte >= 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  if (plain.size() > most) plain.resize(most);
  return plain;
}

std::string Hex(const std::byte* bytes, std::size_t size, std::size_t most) {
  constexpr const char* kDigits = "0123456789abcdef";
  const std::size_t shown = std::min(size, most);
  std::string text;
  text.reserve(2 * shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  if (size > shown) text += "…";
  return text;
}

std::string List(const std::vector<std::string>& names, std::size_t most) {
  if (names.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == most) return text + fmt::format(" … ({} in all)", names.size());
    if (i > 0) text += ", ";
    text += names[i];
  }
  return text;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace bpf_exporter
