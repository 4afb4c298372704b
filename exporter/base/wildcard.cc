// SPDX-License-Identifier: Apache-2.0
#include "base/wildcard.h"

#include <cstddef>

namespace bpf_exporter {

bool HasWildcard(std::string_view text) { return text.find_first_of("*?") != text.npos; }

bool MatchesWildcards(std::string_view pattern, std::string_view name) {
  std::size_t at = 0, i = 0;
  std::size_t star = std::string_view::npos;  // the last '*' so far …
  std::size_t resume = 0;                     // … and where in the name what follows it is tried
  while (i < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[i])) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace bpf_exporter
