// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Bucket numbers, bounds, where the sum is and its multiplier; for an array of buckets (its size is
// already in `histogram`) also whether they fit. False if an error was reported.
bool ResolveBuckets(const Scope& scope, const config::HistogramSpec& spec,
                    HistogramPlan& histogram);

}  // namespace bpf_exporter::plan
