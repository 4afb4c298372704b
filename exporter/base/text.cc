// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "base/utf8.h"

namespace bpf_exporter {
namespace {

constexpr std::size_t kQuotedBytes = 60;
constexpr std::size_t kMaxGuess = 128;  // bytes; the time of a distance grows with their square

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Returns how many insertions, deletions, replacements and swaps of neighbours turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

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

std::string Quoted(std::string_view text) {
  if (text.size() <= kQuotedBytes) return fmt::format("'{}'", Visible(text));
  std::size_t end = 0;
  while (end < kQuotedBytes) end += std::max<std::size_t>(1, Utf8CharacterSize(text.substr(end)));
  return fmt::format("'{}…'", Visible(text.substr(0, end)));
}

std::string DidYouMean(std::string_view given, const std::vector<std::string>& known) {
  std::size_t least = std::max<std::size_t>(2, given.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& word : known) {
    const std::size_t longer = std::max(word.size(), given.size());
    if (longer > kMaxGuess) continue;
    if (longer - std::min(word.size(), given.size()) >= least) continue;
    const std::size_t distance = EditDistance(Lower(given), Lower(word));
    // More than half must agree, or any two short words would be near each other.
    if (distance >= least || distance * 2 >= longer) continue;
    least = distance;
    nearest = &word;
  }
  return nearest != nullptr ? fmt::format("; did you mean {}?", Quoted(*nearest)) : "";
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

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace bpf_exporter
