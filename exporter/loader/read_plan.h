// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/host.h"
#include "plan/resolve.h"

namespace bpf_exporter::loader {

// One configuration on its way from files to a plan.
struct ConfigSource {
  std::string name;          // Config::name
  std::string path;          // of the YAML file
  std::string programs_dir;  // where its object is if it is not beside the YAML file; or empty
};

struct PlanReading {
  std::optional<plan::ConfigPlan> plan;  // empty: it cannot work
  std::string messages;                  // errors and warnings, each line ended; empty: none
};

// Reads the YAML file and its object and joins them; a plan whose metrics clash with those of
// `before` cannot work. Needs no kernel and no privilege. Call before threads exist. `host`
// outlives the plan.
PlanReading ReadPlan(const ConfigSource& source, const plan::ResolveOptions& options,
                     host::Host& host, const std::vector<const plan::ConfigPlan*>& before = {});

}  // namespace bpf_exporter::loader
