// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "loader/loaded_config.h"
#include "metrics/figure_source.h"

namespace bpf_exporter::loader {

// Reports what the kernel tells of maps and programs beyond their rows: memory, records that were
// lost and, while the kernel counts them, runs.
class KernelFigures : public metrics::FigureSource {
 public:
  // How it is known that the kernel counts runs.
  enum class Runs { kCounted, kAskSysctl };

  // `configs` outlive this. Their programs may be attached and let go meanwhile.
  KernelFigures(const std::vector<RunningConfig>& configs, Runs runs)
      : configs_(configs), runs_(runs) {}

  void Report(metrics::SelfMetrics& self) override;

 private:
  const std::vector<RunningConfig>& configs_;
  const Runs runs_;
};

}  // namespace bpf_exporter::loader
