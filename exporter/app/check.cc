// SPDX-License-Identifier: Apache-2.0
// Tests: plan_configs_test.cc
#include "app/check.h"

#include <fmt/core.h>

#include <cstdio>

#include "base/complain.h"
#include "loader/plan_configs.h"

namespace bpf_exporter::app {

ExitCode Check(const CheckOptions& options) {
  Result<std::vector<loader::ConfigSource>> sources =
      options.files.empty()
          ? loader::SourcesInDir(options.config_dir, options.names, options.programs_dir)
          : loader::SourcesOfFiles(options.files, options.programs_dir);
  if (!sources) {
    Complain(sources.error().Message());
    return kCannotWork;
  }
  if (const Status counts = loader::CountByCgroup(options.by_cgroup, *sources); !counts) {
    Complain(counts.error().In("--config.by-cgroup").Message());
    return kWrongUse;
  }
  host::Host host;
  bool fine = true;
  for (const loader::PlannedConfig& config : loader::PlanConfigs(*sources, options.resolve, host)) {
    std::fputs(config.messages.c_str(), stderr);
    if (config.plan) {
      fmt::print("{}: ok\n", config.source.path);
      std::fflush(stdout);
    } else {
      fine = false;
    }
  }
  return fine ? kFine : kCannotWork;
}

}  // namespace bpf_exporter::app
