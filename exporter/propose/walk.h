// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "object/layout.h"
#include "propose/candidate.h"

namespace bpf_exporter::propose {

// What a map or a section gives.
struct Candidates {
  std::vector<Candidate> metrics;
  std::vector<std::string> left_out;  // with the reason, for people
};

// Returns the metrics that the map, or the section of variables, could be shown as. `stem` begins
// their names: the object's name.
Candidates CandidatesOf(const object::ObjectLayout& object, const object::MapLayout& map,
                        const std::string& stem);

}  // namespace bpf_exporter::propose
