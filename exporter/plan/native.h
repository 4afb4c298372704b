// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Finds the histogram of programs/bx_native.bpf.h that the value is, or the field of it or the
// variable that `value:` names, and reads from its type which buckets it has. Fills histogram and
// elements of `plan`. Reports what is wrong and returns false then.
bool ResolveNative(const Scope& scope, const config::MetricSpec& metric,
                   const object::MapLayout& map, MetricPlan& plan);

}  // namespace bpf_exporter::plan
