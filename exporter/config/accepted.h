// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bpf_exporter::config {

// What the reader takes, by the names that config/schema.json uses; for the test that compares
// the two.
struct Accepted {
  std::string name;
  std::vector<std::string> words;
};

// The keys of each mapping.
std::vector<Accepted> AcceptedKeys();
// The words of each key that takes one of a few, as MAPPING.KEY.
std::vector<Accepted> AcceptedWords();

}  // namespace bpf_exporter::config
