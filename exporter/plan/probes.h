// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Reports entries of `probes:` whose program is not in the object, is there already, or is of
// another kind than the entry.
void CheckProbes(const Scope& scope);

}  // namespace bpf_exporter::plan
