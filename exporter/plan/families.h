#pragma once

#include <vector>

#include "base/result.h"
#include "plan/plan.h"

namespace bpf_exporter {

// Whether the metrics of `added` can stand on one page with those of `before` and with each other:
// metrics of one name must be of one kind, with the same help and labels, and no name may be one
// of those that a histogram's series have. The error names both configurations.
Status CheckFamilies(const std::vector<const ConfigPlan*>& before, const ConfigPlan& added);

}  // namespace bpf_exporter
