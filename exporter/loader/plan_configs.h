// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/host.h"
#include "loader/read_plan.h"

namespace bpf_exporter::loader {

// DIR/NAME.yaml for each of `names`, or for all that `dir` has. An error if that is none, a name
// is not valid or comes twice.
Result<std::vector<ConfigSource>> SourcesInDir(const std::string& dir,
                                               std::vector<std::string> names,
                                               const std::string& programs_dir);

// A source for each of these YAML files.
std::vector<ConfigSource> SourcesOfFiles(const std::vector<std::string>& files,
                                         const std::string& programs_dir);

// Where the objects of an installation, or of a build folder, are: beside this program in
// programs/, else in ../lib/bpf_exporter. Empty if there is neither.
std::string DefaultProgramsDir();

struct PlannedConfig {
  ConfigSource source;
  std::optional<plan::ConfigPlan> plan;  // empty: it cannot work
  std::string messages;                  // errors and warnings, each line ended; empty: none
};

// Reads and resolves each of them. One whose metrics clash with those of one before it cannot work.
// Call before threads exist. `host` outlives the plans.
std::vector<PlannedConfig> PlanConfigs(const std::vector<ConfigSource>& sources,
                                       const plan::ResolveOptions& options, host::Host& host);

}  // namespace bpf_exporter::loader
