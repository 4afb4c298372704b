// SPDX-License-Identifier: Apache-2.0
// Tests: self_metrics_test.cc
#include "metrics/self_metric_table.h"

namespace bpf_exporter::metrics {

std::string ExposedName(const SelfMetric& metric, const std::string& prefix) {
  const std::string name(metric.name);
  return name.starts_with("process_") ? name : prefix + name;
}

}  // namespace bpf_exporter::metrics
