// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/snapshot.h"
#include "metrics/status.h"

namespace bpf_exporter::web {

// What the landing page shows.
struct LandingState {
  std::vector<std::pair<std::string, std::string>> links;  // path, what is there
  std::vector<metrics::ConfigStatus> configs;
  std::shared_ptr<const metrics::Snapshot> snapshot;  // null: none yet
  std::chrono::nanoseconds snapshot_age{0};
};

// Returns the landing page as HTML. All that comes from files is escaped.
std::string RenderLanding(const LandingState& state);

}  // namespace bpf_exporter::web
