// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "exposition/page.h"
#include "metrics/collector.h"
#include "metrics/self_metrics.h"
#include "metrics/status.h"
#include "web/server.h"

namespace bpf_exporter::app {

// When the newest snapshot was taken and how long it took, by the monotonic clock. Any thread.
class Pulse {
 public:
  void Beat(std::chrono::nanoseconds duration) {
    duration_ = duration.count();
    taken_ = Now();
  }
  std::chrono::nanoseconds duration() const { return std::chrono::nanoseconds(duration_); }
  std::chrono::nanoseconds age() const { return std::chrono::nanoseconds(Now() - taken_); }

 private:
  static std::int64_t Now() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  std::atomic<std::int64_t> duration_ = 0;
  std::atomic<std::int64_t> taken_ = Now();
};

// The paths that are served, by which requests are counted.
std::vector<std::string> ServedPaths(const Options& options);

// What the pages show; all of it outlives the server.
struct Served {
  const Options& options;
  const std::vector<metrics::ConfigStatus>& configs;
  metrics::Collector& collector;
  metrics::SelfMetrics& self;
  exposition::PageCache& pages;
  const Pulse& pulse;
};

// Opens the port and serves every page.
Result<web::Server> Serve(const Served& served);

// What /healthz says of a newest snapshot that is `age` old and took `duration`; empty: all is
// well.
std::string StuckProblem(std::chrono::nanoseconds interval, std::chrono::nanoseconds age,
                         std::chrono::nanoseconds duration);

}  // namespace bpf_exporter::app
