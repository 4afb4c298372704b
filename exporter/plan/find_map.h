// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/scope.h"

namespace bpf_exporter::plan {

// The map that a metric names, if it is there and of a kind that can be read for this metric; else
// null, with the error reported.
const object::MapLayout* FindMap(const Scope& scope, const config::MetricSpec& metric);
// The map of that name; else null, with the error reported at its place.
const object::MapLayout* FindMap(const Scope& scope, const config::Text& name);

// Whether the map's rows are records that are counted, not entries with a value.
bool HoldsEvents(bpf_map_type type);
// Of those, whether it is a queue or stack, which declares what its records are.
bool IsQueue(bpf_map_type type);

}  // namespace bpf_exporter::plan
