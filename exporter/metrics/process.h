// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metrics/figure_source.h"

namespace bpf_exporter::metrics {

// What the standard process_* metrics need; what cannot be read is 0.
struct ProcessStats {
  double cpu_seconds = 0;
  double open_fds = 0;
  double max_fds = 0;
  double virtual_bytes = 0;
  double virtual_max_bytes = 0;
  double resident_bytes = 0;
  double threads = 0;
};

// Reads the statistics of this process from `proc`/self (proc(5): stat, fd) and its limits. Any
// thread.
ProcessStats ReadProcessStats(const std::string& proc = "/proc");

// Returns when this process started, in seconds since the epoch; 0 if that cannot be read. It reads
// /proc/stat, which costs a large host milliseconds: ask once.
double ReadStartTime(const std::string& proc = "/proc");

// Reports the process_* metrics.
class ProcessFigures : public FigureSource {
 public:
  void Report(SelfMetrics& self) override;

 private:
  double start_time_ = ReadStartTime();
};

}  // namespace bpf_exporter::metrics
