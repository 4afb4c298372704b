// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/figure_source.h"
#include "metrics/statuses.h"

namespace bpf_exporter::metrics {

// Reports how the configurations and their programs fare, whenever that changed.
class StatusFigures : public FigureSource {
 public:
  // `statuses` outlive this.
  explicit StatusFigures(const Statuses& statuses) : statuses_(statuses) {}

  void Report(SelfMetrics& self) override;

 private:
  const Statuses& statuses_;
  Statuses::Shared reported_;
};

}  // namespace bpf_exporter::metrics
