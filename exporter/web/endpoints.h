// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/page.h"
#include "metrics/snapshot.h"
#include "metrics/status.h"
#include "web/server.h"

// What is served where. The functions that handlers ask are called by several threads at once.
namespace bpf_exporter::web {

// The page of metrics. `snapshot` gives the one to serve (null: 503); `on_page` is told the
// encoding and size of what is sent. `pages` outlives the handler.
Handler MetricsPage(std::function<std::shared_ptr<const metrics::Snapshot>()> snapshot,
                    exposition::PageCache& pages,
                    std::function<void(std::string_view encoding, std::size_t bytes)> on_page);

// 200 and "ok" while `problem` gives an empty text, else 503 and the text.
Handler HealthPage(std::function<std::string()> problem);

// A page of plain text that is made anew for each request: one at a time, others get a 503.
Handler TextPage(std::function<std::string()> text);

// What the landing page shows.
struct LandingState {
  std::string telemetry_path;
  std::vector<std::pair<std::string, std::string>> links;  // further ones: path, what is there
  std::vector<metrics::ConfigStatus> configs;
  std::shared_ptr<const metrics::Snapshot> snapshot;  // null: none yet
  std::chrono::nanoseconds snapshot_age{0};
};

// The state as one HTML page, for people.
Handler LandingPage(std::function<LandingState()> state);

}  // namespace bpf_exporter::web
