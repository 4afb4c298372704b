// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Reports what does not fit of `kaddrs`, `cgroup_id_map` and `tracing`, which are no metrics.
void CheckKaddrs(const Scope& scope);
void CheckCgroupIdMap(const Scope& scope);
void CheckSpans(const Scope& scope);

}  // namespace bpf_exporter::plan
