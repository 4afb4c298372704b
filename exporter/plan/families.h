// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/diagnostics.h"
#include "plan/plan.h"

namespace bpf_exporter::plan {

// Reports each metric of `added` that cannot stand on one page with those of `before` and with the
// others of `added`: metrics of one name must be of one kind, with the same help and labels, and no
// name may be one of those that a histogram's series have, or another's in OpenMetrics. The errors
// name both configurations.
void CheckFamilies(const std::vector<const ConfigPlan*>& before, const ConfigPlan& added,
                   config::Diagnostics& diagnostics);

}  // namespace bpf_exporter::plan
