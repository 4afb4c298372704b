// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// The number in a map's value that a metric shows: the field that `value:` names, or all of it.
// Signed only for gauges. Errors are reported; then nothing is returned.
std::optional<ValueField> ResolveValue(const Scope& scope, const config::MetricSpec& metric,
                                       const object::MapLayout& map);

// Returns the field of a map's value that `path` names, under the YAML key `key`. Reports why it
// cannot be read; then nothing is returned.
std::optional<object::FieldLayout> FindValueField(const Scope& scope, const object::MapLayout& map,
                                                  const char* key, const config::Text& path);

// Where a histogram's value holds its buckets: fills array, array_size and sum. False if an error
// was reported.
bool ResolveBucketArray(const Scope& scope, const config::MetricSpec& metric,
                        const object::MapLayout& map, HistogramPlan& histogram);

}  // namespace bpf_exporter::plan
