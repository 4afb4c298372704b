// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/config.h"

namespace bpf_exporter::config {

std::string_view KindName(MetricKind kind) {
  if (kind == MetricKind::kCounter) return "counter";
  return kind == MetricKind::kGauge ? "gauge" : "histogram";
}

}  // namespace bpf_exporter::config
