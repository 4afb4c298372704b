// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Warns of programs of one object that run at the same event of the kernel in different ways, as an
// object has them whose own loader takes one of them. `programs` are all of the object's, as
// planned. No warning where an either-of group has them as alternatives, or `both:` names them.
void CheckCountedTwice(const Scope& scope, const std::vector<ProgramPlan>& programs);

}  // namespace bpf_exporter::plan
