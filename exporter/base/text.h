// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bpf_exporter {

// Returns `text` with every byte that is not printable ASCII as \xNN, cut after `most` bytes: for
// names and messages that a corrupt file may have put anything into.
std::string Printable(std::string_view text, std::size_t most);

// Returns the bytes as hexadecimal digits, "00ff"; after `most` bytes "…".
std::string Hex(const std::byte* bytes, std::size_t size, std::size_t most);

// Returns "a, b, c"; after `most` of them "a, b … (9 in all)"; "none" if there are none.
std::string List(const std::vector<std::string>& names, std::size_t most = 12);

// Returns `text` in quotes for a message: on one line, and cut after about 60 bytes.
std::string Quoted(std::string_view text);

// Returns "; did you mean 'near'?" when one of `known` is near `given`, else nothing.
std::string DidYouMean(std::string_view given, const std::vector<std::string>& known);

// Returns the parts of `text` between separators, which may be empty: "a,,b" has three, "" has one.
// They point into `text`.
std::vector<std::string_view> Split(std::string_view text, char separator);

// Returns `text` without blanks and tabs at its ends; a part of it.
std::string_view Trim(std::string_view text);

// Returns the number that the whole text is, in decimal; nothing if it is anything else or does not
// fit a T.
template <typename T>
std::optional<T> ParseWhole(std::string_view text) {
  T number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace bpf_exporter
