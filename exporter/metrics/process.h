// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

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

// Reads /proc/self (proc(5): stat, fd) and the limits of this process. Any thread.
ProcessStats ReadProcessStats(const std::string& proc = "/proc");

// When this process started, in seconds since the epoch; 0 if that cannot be read. Reads
// /proc/stat, which costs a large host milliseconds: ask once.
double ReadStartTime(const std::string& proc = "/proc");

}  // namespace bpf_exporter::metrics
