// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Returns the map, or the section of variables, that a metric names, if it is there and of a kind
// that can be read for this metric; else null, with the error reported.
const object::MapLayout* FindMap(const Scope& scope, const config::MetricSpec& metric);
// Returns the map of that name; else null, with the error reported at the name.
const object::MapLayout* FindMap(const Scope& scope, const config::Text& name);

}  // namespace bpf_exporter::plan
