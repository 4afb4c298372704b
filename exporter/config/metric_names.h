// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/config.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {

// Reports metrics of one name that do not agree, and counters that are named like a part of a
// histogram.
void CheckMetricNames(const std::vector<MetricSpec>& metrics, Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
