// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Patterns of names as libbpf has them: '*' stands for any characters, '?' for one.
namespace bpf_exporter {

// Returns whether the text has a '*' or a '?'.
bool HasWildcard(std::string_view text);

// Returns whether the pattern matches the whole name. Takes time in proportion to the product of
// the two lengths at most.
bool MatchesWildcards(std::string_view pattern, std::string_view name);

}  // namespace bpf_exporter
