// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "app/options.h"
#include "app/start.h"
#include "base/fd.h"
#include "base/result.h"
#include "exposition/page_cache.h"
#include "host/cpu_watch.h"
#include "host/host.h"
#include "loader/attachment_updates.h"
#include "loader/cgroup_updates.h"
#include "loader/loaded_config.h"
#include "metrics/collector.h"
#include "metrics/self_metrics.h"
#include "metrics/statuses.h"
#include "web/server.h"

namespace bpf_exporter::app {

// Owns everything that lives from the last attachment until the process ends, and lets go of it in
// the opposite order. Used by the main thread.
class Exporter {
 public:
  // `started` has an address to listen on, but with --once. `host` outlives it.
  Exporter(Options options, Started started, host::Host& host);

  // Takes a snapshot, gives up the capabilities that are not kept, opens the port, and then takes
  // snapshots and serves them until SIGTERM or SIGINT, which are among `signals`, comes. Returns
  // the exit code; what was wrong is on standard error. Call once, before other threads exist.
  ExitCode Run(const sigset_t& signals);

  // Gives up the same capabilities, waits for as long as --once says or until one of `signals`
  // comes, and prints a page of a snapshot then. Returns the exit code, as Run() does. Call once,
  // instead of Run().
  ExitCode PrintOnce(const sigset_t& signals);

 private:
  // Lets go of the configurations when all that uses them is gone.
  struct LastFirst {
    std::vector<loader::RunningConfig>& configs;
    ~LastFirst() { loader::LetGo(configs); }
  };

  Status Follow();
  Status Open();
  void TellThatItIsReady() const;

  const Options options_;
  host::Host& host_;
  const std::optional<web::ListenAddress> listen_;  // nothing with --once
  const Fd statistics_;
  host::CpuWatch cpus_of_links_;  // these two until Follow()
  host::CpuWatch cpus_of_buffers_;
  std::vector<loader::RunningConfig> configs_;
  const LastFirst last_first_{configs_};
  metrics::Statuses statuses_;
  metrics::SelfMetrics self_;
  metrics::Collector collector_;
  std::optional<loader::CgroupUpdates> cgroups_;
  std::optional<loader::AttachmentUpdates> attachments_;
  std::optional<kernel::EventReader> events_;
  exposition::PageCache pages_;
  std::optional<web::Server> server_;
};

}  // namespace bpf_exporter::app
