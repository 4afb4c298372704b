// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace bpf_exporter::config {

// Check names as Prometheus' text format has them: [a-zA-Z_:][a-zA-Z0-9_:]* and
// [a-zA-Z_][a-zA-Z0-9_]*.
bool IsMetricName(std::string_view name);
bool IsLabelName(std::string_view name);

}  // namespace bpf_exporter::config
