// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/host.h"
#include "loader/config_files.h"
#include "plan/resolve.h"

namespace bpf_exporter::loader {

struct PlannedConfig {
  ConfigSource source;
  std::optional<plan::ConfigPlan> plan;  // empty: it cannot work
  std::string messages;                  // errors and warnings, each line ended; empty: none
};

// Reads each YAML file and its object and joins them. A configuration whose metrics clash with
// those of one before it cannot work. Needs no kernel and no privilege. Call before threads exist.
// `host` outlives the plans.
std::vector<PlannedConfig> PlanConfigs(const std::vector<ConfigSource>& sources,
                                       const plan::ResolveOptions& options, host::Host& host);

}  // namespace bpf_exporter::loader
