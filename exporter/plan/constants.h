// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Joins `constants:` with the variables that the object declares `const volatile`. Reports each
// that is not there or does not fit its type, and leaves it out.
std::vector<ConstantPlan> PlanConstants(const Scope& scope);

// Returns whether an entry with that condition counts, by the constant's value in `scope.constants`
// or, where the configuration does not set it, in the object. Reports a constant that is not there
// or is no number; then the entry counts, so that what else is wrong with it is reported too.
bool Holds(const Scope& scope, const std::optional<config::ConditionSpec>& condition);

}  // namespace bpf_exporter::plan
