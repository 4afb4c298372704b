// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/near_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace bpf_exporter::kernel {
namespace {

constexpr std::size_t kMaxNames = 5;
constexpr std::size_t kLeastShared = 3;  // characters; fewer are in names of all sorts

// Returns the longest part of a pattern without a wildcard.
std::string_view LongestPart(std::string_view pattern) {
  std::string_view longest;
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find_first_of("*?"), pattern.size());
    if (end > longest.size()) longest = pattern.substr(0, end);
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return longest;
}

}  // namespace

std::string NearNames(std::string_view pattern, const std::vector<std::string>& names) {
  std::string_view part = LongestPart(pattern);
  const std::string word(part);
  for (; part.size() >= kLeastShared; part.remove_suffix(1)) {
    std::vector<std::string> near;
    for (const std::string& name : names) {
      if (name.find(part) == std::string::npos || near.size() == kMaxNames) continue;
      if (std::find(near.begin(), near.end(), name) == near.end()) near.push_back(name);
    }
    if (!near.empty()) return fmt::format("it has '{}'", fmt::join(near, "', '"));
  }
  const std::string guess = DidYouMean(word, names);
  return guess.substr(std::min<std::size_t>(guess.size(), 2));  // without "; "
}

}  // namespace bpf_exporter::kernel
