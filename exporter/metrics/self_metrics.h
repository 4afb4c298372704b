// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/collector.h"
#include "metrics/status.h"

namespace bpf_exporter::metrics {

// What the kernel tells of maps and programs beyond their rows.
struct KernelStats {
  struct Memory {
    std::string config;
    std::string map;
    std::uint64_t bytes = 0;
  };
  struct Runs {
    std::uint32_t id = 0;
    std::uint64_t time_ns = 0;
    std::uint64_t count = 0;
  };
  struct Losses {
    std::string config;
    std::string map;
    std::uint64_t buffer_full = 0;
    std::uint64_t too_short = 0;
    std::uint64_t over_limit = 0;
  };
  std::vector<Memory> memory;
  std::vector<Runs> runs;  // empty while the kernel does not count runs
  std::vector<Losses> losses;
};

// The metrics of the exporter itself, in a registry of prometheus-cpp.
class SelfMetrics {
 public:
  // `paths` are the paths that HTTP requests are counted by.
  SelfMetrics(const std::string& prefix, const std::vector<ConfigStatus>& configs,
              const std::vector<std::string>& paths);
  ~SelfMetrics();

  // All families, sorted by name, as they are after a snapshot with these numbers. One thread at a
  // time.
  std::vector<prometheus::MetricFamily> Collect(const CollectorStats& collector,
                                                const KernelStats& kernel);

  // The same as the collector wants it; `kernel` is asked at every snapshot. It must not outlive
  // this.
  Collector::OwnMetrics ForCollector(std::function<KernelStats(const CollectorStats&)> kernel);

  // Any thread.
  void CountRequest(std::string_view path, int code);
  void SetPageBytes(std::string_view encoding, std::size_t bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::metrics
