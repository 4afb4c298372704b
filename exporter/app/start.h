// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "app/exit_code.h"
#include "app/options.h"
#include "base/fd.h"
#include "host/host.h"
#include "loader/loaded_config.h"

namespace bpf_exporter::app {

plan::ResolveOptions ResolveOptionsOf(const Options& options);

// Everything that is in the kernel.
struct Started {
  Fd statistics;  // keeps the kernel counting run times, when that was asked for
  std::vector<loader::RunningConfig> configs;
};

// Goes from the command line to attached programs: reads, resolves, loads and attaches every
// configuration. What is wrong is printed or logged; if the process has to end, with which code.
// Call before threads exist. `host` outlives the result.
std::variant<Started, ExitCode> Start(const Options& options, host::Host& host);

}  // namespace bpf_exporter::app
