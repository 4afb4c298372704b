// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bpf_exporter::config {

// One mapping or key and the words that the reader takes there, by the names that
// config/schema.json uses. A test compares the two.
struct Accepted {
  std::string name;
  std::vector<std::string> words;
};

// Returns the keys of each mapping.
std::vector<Accepted> AcceptedKeys();
// Returns the words of each key that takes one of a few; the key is named MAPPING.KEY.
std::vector<Accepted> AcceptedWords();

}  // namespace bpf_exporter::config
