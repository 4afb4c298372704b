// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "decode/decoder.h"
#include "host/host.h"
#include "plan/plan.h"

namespace bpf_exporter::plan {

struct ResolveOptions {
  std::string prefix;                     // of the names of all metrics
  std::uint32_t max_series = UINT32_MAX;  // for metrics that do not say
  std::vector<std::string> own_names;     // of the exporter's own metrics, which others cannot have
  // Whether system calls have the names that strace knows, in files that do not say.
  bool strace_syscall_names = false;
  bool lint = false;  // whether to warn as `promtool check metrics` does
};

// Joins a configuration with the layout of its object. Needs no kernel and no privilege. Reports
// everything that does not fit to `diagnostics` and returns nothing if there was an error.
std::optional<ConfigPlan> Resolve(const config::Config& config, object::ObjectLayout object,
                                  const ResolveOptions& options, host::Host& host,
                                  config::Diagnostics& diagnostics);

}  // namespace bpf_exporter::plan
