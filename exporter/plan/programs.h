// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Joins the object's programs with the entries of `probes:`: a plan for each program, in the
// object's order. Reports entries whose program is not in the object, is of another kind than the
// entry or cannot be in several places, and warns of a place that is named twice.
std::vector<ProgramPlan> PlanPrograms(const Scope& scope);

}  // namespace bpf_exporter::plan
