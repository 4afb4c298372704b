// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Returns the first either-of group of the configuration that names the program; null: none does.
const config::EitherOfSpec* FindEitherOf(const config::Config& config, std::string_view program);

// Joins the either-of groups with `programs`, which are all of the object's. Reports names that are
// not there and programs that two groups have. Alternatives with a disabled program are left out.
std::vector<EitherOf> PlanEitherOf(const Scope& scope, const std::vector<ProgramPlan>& programs);

}  // namespace bpf_exporter::plan
