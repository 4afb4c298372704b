// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "metrics/figure_source.h"

namespace bpf_exporter::metrics {

// What the standard process_* metrics need, without what cannot be read.
struct ProcessStats {
  std::optional<double> cpu_seconds;
  std::optional<double> open_fds;
  std::optional<double> max_fds;
  std::optional<double> virtual_bytes;
  std::optional<double> virtual_max_bytes;
  std::optional<double> resident_bytes;
  std::optional<double> threads;
  // Of the network namespace, as Prometheus' own client libraries have it.
  std::optional<double> network_received_bytes;
  std::optional<double> network_sent_bytes;
};

// Reads the statistics of this process from `proc`/self (proc(5): stat, fd, net/netstat) and its
// limits. Any
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
