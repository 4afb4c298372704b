// SPDX-License-Identifier: Apache-2.0
// Tests: programs_test.cc
#include "plan/plan.h"

#include <algorithm>

namespace bpf_exporter::plan {

const ProgramPlan* ConfigPlan::FindProgram(std::string_view program) const {
  const auto found = std::find_if(programs.begin(), programs.end(),
                                  [&](const ProgramPlan& plan) { return plan.name == program; });
  return found == programs.end() ? nullptr : &*found;
}

}  // namespace bpf_exporter::plan
