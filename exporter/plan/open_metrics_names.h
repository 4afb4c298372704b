// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "config/config.h"

// What metrics are called in OpenMetrics. Their series have the same names as in every other
// format; the families of counters have not.
namespace bpf_exporter::plan {

// Returns whether OpenMetrics can show the metric as a counter: the names of a counter's series end
// in `_total` there. Other counters are of the type `unknown`, so that they keep their name.
bool IsOpenMetricsCounter(config::MetricKind kind, std::string_view name);

// Returns the name of the family: `name` without the `_total` of a counter. A part of `name`.
std::string_view OpenMetricsFamily(config::MetricKind kind, std::string_view name);

// Returns the base unit that the name of a family ends in, such as `seconds`; empty if there is
// none. A part of `family`.
std::string_view UnitOf(std::string_view family);

// Returns whether a page of OpenMetrics cannot have both metrics, whose names differ: a name of the
// one, be it of its family or of its series, is one of the other's.
bool ClashInOpenMetrics(config::MetricKind one_kind, std::string_view one,
                        config::MetricKind other_kind, std::string_view other);

}  // namespace bpf_exporter::plan
