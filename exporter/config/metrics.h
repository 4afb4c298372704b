// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<MetricSpec> kCounterMapping;
extern const Mapping<MetricSpec> kGaugeMapping;
extern const Mapping<MetricSpec> kHistogramMapping;
extern const Mapping<HistogramSpec> kArrayValueMapping;

// Appends what a list of metrics of that kind says.
void ReadMetrics(const Field& field, MetricKind kind, std::vector<MetricSpec>& metrics);

}  // namespace bpf_exporter::config
