// SPDX-License-Identifier: Apache-2.0
#include "metrics/status_figures.h"

#include <utility>

#include "metrics/self_metrics.h"

namespace bpf_exporter::metrics {

void StatusFigures::Report(SelfMetrics& self) {
  Statuses::Shared now = statuses_.Now();
  if (now == reported_) return;
  for (const ConfigStatus& config : *now) self.ReportConfig(config);
  reported_ = std::move(now);
}

}  // namespace bpf_exporter::metrics
