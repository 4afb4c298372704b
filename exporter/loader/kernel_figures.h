// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/host.h"
#include "loader/loaded_config.h"
#include "metrics/figure_source.h"

namespace bpf_exporter::loader {

// Reports what the kernel tells of maps and programs beyond their rows: memory, records that were
// lost, of cgroups, too, and, while the kernel counts them, runs.
class KernelFigures : public metrics::FigureSource {
 public:
  // How it is known that the kernel counts runs.
  enum class Runs { kCounted, kAskSysctl };

  // `configs` and `host` outlive this. Their programs may be attached and let go meanwhile.
  KernelFigures(const std::vector<RunningConfig>& configs, host::Host& host, Runs runs)
      : configs_(configs), host_(host), runs_(runs) {}

  void Report(metrics::SelfMetrics& self) override;

 private:
  const std::vector<RunningConfig>& configs_;
  host::Host& host_;
  const Runs runs_;
};

}  // namespace bpf_exporter::loader
