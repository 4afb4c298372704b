// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "object/layout.h"

namespace bpf_exporter::propose {

// The labels that a map's rows can have.
struct LabelGuesses {
  std::vector<std::string> lines;  // of YAML, one a label, with the guess as a comment
  bool last_is_bucket = false;     // the last one is the number of a histogram's bucket
};

// Returns the labels of the map's keys; of a queue, those of its records.
LabelGuesses LabelsOfKey(const object::MapLayout& map);
// Returns the label of the elements of an array variable.
LabelGuesses LabelsOfElements(const object::ObjectLayout& object, const std::string& array,
                              std::uint32_t count);

}  // namespace bpf_exporter::propose
