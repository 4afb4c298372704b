// SPDX-License-Identifier: Apache-2.0
// Tests: negotiate_test.cc
#include "exposition/header_list.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace bpf_exporter::exposition {
namespace {

// Returns where `separator` is outside of quotation marks; the size of the text if nowhere.
std::size_t FindOutsideOfQuotes(std::string_view text, char separator) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && text[i] == separator) return i;
    if (quoted && text[i] == '\\') ++i;
  }
  return text.size();
}

}  // namespace

std::string_view CutPart(std::string_view& text, char separator) {
  const std::size_t end = FindOutsideOfQuotes(text, separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return Trim(part);
}

bool SameToken(std::string_view text, std::string_view lower_case) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [&](char a, char b) { return lower(a) == b; });
}

std::string_view HeaderMember::Unquoted(std::string_view value) {
  value = Trim(value);
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  return value.substr(1, value.size() - 2);
}

double HeaderMember::Weight() const {
  double weight = 1;
  bool found = false;
  ForEachParameter([&](std::string_view name, std::string_view value) {
    if (found || !SameToken(name, "q")) return;
    found = true;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), weight,
                                              std::chars_format::fixed);
    const bool good = error == std::errc() && end == value.data() + value.size() && weight >= 0;
    weight = good ? std::min(weight, 1.0) : 0;
  });
  return weight;
}

}  // namespace bpf_exporter::exposition
