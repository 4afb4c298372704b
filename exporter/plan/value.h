// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "plan/scope.h"
#include "plan/variables.h"

namespace bpf_exporter::plan {

// Resolves the number that a metric shows: the field that `value:` names, or all of the map's
// value. Signed only for gauges. Fills value and elements of `plan`. False if an error was
// reported.
bool ResolveValue(const Scope& scope, const config::MetricSpec& metric,
                  const object::MapLayout& map, MetricPlan& plan);

// Returns the field of a map's value, or the variable of a section, that `path` names under the
// YAML key `key`. Reports why it cannot be read; then nothing is returned.
std::optional<Variable> FindValueField(const Scope& scope, const object::MapLayout& map,
                                       const char* key, const config::Text& path);
// Returns "field 'PATH'" or "variable 'PATH'".
std::string NounFor(const object::MapLayout& map, const config::Text& path);

// Resolves where a histogram's value holds its buckets: fills array, array_size and sum of
// `plan.histogram`, and elements. False if an error was reported.
bool ResolveBucketArray(const Scope& scope, const config::MetricSpec& metric,
                        const object::MapLayout& map, MetricPlan& plan);

}  // namespace bpf_exporter::plan
