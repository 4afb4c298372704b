// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "app/exit_code.h"
#include "app/options.h"
#include "base/fd.h"
#include "host/cpu_watch.h"
#include "host/host.h"
#include "loader/loaded_config.h"
#include "web/listen_address.h"

namespace bpf_exporter::app {

// Returns what planning has to know of the command line.
plan::ResolveOptions ResolveOptionsOf(const Options& options);

// Everything that is in the kernel, and where it will be served.
struct Started {
  std::optional<web::ListenAddress> listen;  // nothing with --config.check and --once
  Fd statistics;  // keeps the kernel counting run times, when that was asked for
  // Each heard of CPUs from before the first link or buffer on.
  host::CpuWatch cpus_of_links = {};
  host::CpuWatch cpus_of_buffers = {};
  std::vector<loader::RunningConfig> configs;
};

// Goes from the command line to attached programs: reads, resolves, loads and attaches every
// configuration. What is wrong is printed or logged; if the process has to end, with which code.
// Call before threads exist. `host` outlives the result.
std::variant<Started, ExitCode> Start(const Options& options, host::Host& host);

}  // namespace bpf_exporter::app
