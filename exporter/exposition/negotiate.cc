// SPDX-License-Identifier: Apache-2.0
#include "exposition/negotiate.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bpf_exporter::exposition {
namespace {

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cuts the part before `separator` off `text` and returns it, trimmed.
std::string_view Next(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return Trim(part);
}

bool SameToken(std::string_view text, std::string_view lower_case) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [&](char a, char b) { return lower(a) == b; });
}

// Returns the weight among a coding's parameters; 0 for one that cannot be read.
double Weight(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = Next(parameters, ';');
    const std::string_view name = Next(value, '=');
    if (!SameToken(name, "q")) continue;
    double weight = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), weight,
                                              std::chars_format::fixed);
    const bool good = error == std::errc() && end == value.data() + value.size() && weight >= 0;
    return good ? std::min(weight, 1.0) : 0;
  }
  return 1;
}

// All that is asked for is text/plain or falls back to it.
Format ChooseFormat(std::string_view) { return Format::kText; }

Encoding ChooseEncoding(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> identity;
  std::optional<double> others;
  while (!accept_encoding.empty()) {
    std::string_view member = Next(accept_encoding, ',');
    const std::string_view coding = Next(member, ';');
    std::optional<double>* weight = nullptr;
    if (SameToken(coding, "gzip") || SameToken(coding, "x-gzip")) weight = &gzip;
    if (SameToken(coding, "identity")) weight = &identity;
    if (coding == "*") weight = &others;
    if (weight != nullptr) *weight = std::max(weight->value_or(0), Weight(member));
  }
  const double gzip_weight = gzip.value_or(others.value_or(0));
  // What is not mentioned at all is acceptable too, but wanted least.
  const double identity_weight = identity.value_or(others.value_or(0));
  return gzip_weight > 0 && gzip_weight >= identity_weight ? Encoding::kGzip : Encoding::kIdentity;
}

}  // namespace

PageKind Negotiate(std::string_view accept, std::string_view accept_encoding) {
  return {ChooseFormat(accept), ChooseEncoding(accept_encoding)};
}

}  // namespace bpf_exporter::exposition
