// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "exposition/page_cache.h"
#include "metrics/collector.h"
#include "metrics/self_metrics.h"
#include "metrics/statuses.h"
#include "web/server.h"

namespace bpf_exporter::app {

// Returns the paths that are served, by which requests are counted.
std::vector<std::string> ServedPaths(const Options& options);

// What the pages show; all of it outlives the server.
struct Served {
  const Options& options;
  const metrics::Statuses& statuses;
  metrics::Collector& collector;
  metrics::SelfMetrics& self;
  exposition::PageCache& pages;
};

// Opens the port and serves every page.
Result<web::Server> Serve(const web::ListenAddress& address, const Served& served);

// Returns what /healthz says of a newest snapshot that is `age` old and took `duration`; empty: all
// is well.
std::string StuckProblem(std::chrono::nanoseconds interval, std::chrono::nanoseconds age,
                         std::chrono::nanoseconds duration);

}  // namespace bpf_exporter::app
