// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "object/layout.h"
#include "propose/alternatives.h"

namespace bpf_exporter::propose {

// Returns the groups of programs that would count one thing twice though they are at different
// events: some are at system calls, the others at a tracepoint that these calls lead to, and all
// send records to the same buffer, whose records are what is counted. The tracepoint comes first:
// it sees what no system call led to as well.
std::vector<Group> GroupsWithinCalls(const object::ObjectLayout& object,
                                     const std::vector<Runner>& runners);

}  // namespace bpf_exporter::propose
