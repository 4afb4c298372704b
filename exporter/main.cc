// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>

#include "app/check.h"
#include "app/options.h"
#include "app/serve.h"
#include "app/start.h"
#include "base/log.h"
#include "loader/cgroup_updates.h"
#include "loader/kernel_figures.h"
#include "metrics/process.h"
#include "process/post_attach_mark.h"
#include "process/run_loop.h"
#include "process/systemd.h"

namespace bpf_exporter {
namespace {

bool TryToDropCapabilities(const app::Options& options) {
  const Status dropped = process::DropCapabilities(options.capabilities);
  if (!dropped) fmt::print(stderr, "bpf_exporter: {}\n", dropped.error().Message());
  return dropped.ok();
}

// Takes snapshots and serves them, until a signal says to leave.
app::ExitCode Export(const app::Options& options, app::Started& started, host::Host& host,
                     const sigset_t& signals) {
  metrics::Statuses statuses(loader::StatusesOf(started.configs));
  metrics::SelfMetrics self(options.metrics_prefix, *statuses.Now(), app::ServedPaths(options));
  std::mutex objects;  // scrapes take snapshots too, when there is no interval
  std::vector<std::unique_ptr<metrics::FigureSource>> figures;
  figures.push_back(std::make_unique<loader::KernelFigures>(
      started.configs, objects,
      started.statistics.valid() ? loader::KernelFigures::Runs::kCounted
                                 : loader::KernelFigures::Runs::kAskSysctl));
  figures.push_back(std::make_unique<metrics::ProcessFigures>());
  metrics::Collector collector(loader::MapSources(started.configs), &self, std::move(figures));
  collector.Take();
  if (!TryToDropCapabilities(options)) return app::kFailed;
  const loader::CgroupUpdates cgroups(started.configs, host);
  const Result<kernel::EventReader> events = loader::ReadEvents(started.configs);
  if (!events) {
    fmt::print(stderr, "bpf_exporter: {}\n", events.error().Message());
    return app::kFailed;
  }

  const bool periodic = options.snapshot_interval.count() > 0;
  exposition::PageCache pages(periodic ? exposition::WhileMade::kOneBefore
                                       : exposition::WhileMade::kWait);
  const Result<web::Server> server = app::Serve({options, statuses, collector, self, pages});
  if (!server) {
    fmt::print(stderr, "bpf_exporter: {}\n", server.error().Message());
    return app::kFailed;
  }
  const metrics::Statuses::Shared now = statuses.Now();
  const auto up = std::count_if(now->begin(), now->end(),
                                [](const metrics::ConfigStatus& config) { return config.up; });
  const std::string state =
      fmt::format("{} of {} configurations up, {} on '{}' (port {})", up, now->size(),
                  options.telemetry_path, options.listen_address, server->port());
  log::Info("ready: {}", state);
  process::NotifySystemd("READY=1\nSTATUS=" + state);

  const auto period = periodic ? options.snapshot_interval : std::chrono::seconds(5);
  const int signal = process::RunLoop(signals, period, [&] {
    {
      const std::lock_guard lock(objects);
      for (loader::RunningConfig& config : started.configs) {
        if (!config.object) continue;
        for (const std::string& problem : config.object->AttachNewCpus()) {
          log::Warn("config '{}': {}", config.status.name, problem);
        }
      }
    }
    if (periodic) collector.Take();
  });
  log::Info("{}: detaching and leaving", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  process::NotifySystemd("STOPPING=1");
  return app::kFine;
}

int Main(const std::vector<std::string>& arguments, const sigset_t& signals) {
  auto parsed = app::ParseOptions(arguments);
  if (const auto* exit = std::get_if<app::EarlyExit>(&parsed)) {
    fmt::print(exit->code == app::kFine ? stdout : stderr, "{}\n", exit->text);
    return exit->code;
  }
  auto& options = std::get<app::Options>(parsed);
  log::SetLevel(options.debug ? log::Level::kDebug : log::Level::kInfo);
  log::SetTimestamps(!options.no_timestamps);
  if (options.programs_dir.empty()) options.programs_dir = loader::DefaultProgramsDir();
  if (options.check) {
    return app::Check({options.config_dir, options.config_names, options.check_files,
                       options.programs_dir, app::ResolveOptionsOf(options)});
  }

  host::Host host;
  auto started = app::Start(options, host);
  if (const app::ExitCode* code = std::get_if<app::ExitCode>(&started)) return *code;
  host.Open();
  loader::UpdateCgroups(
      std::get<app::Started>(started).configs);  // programs that the mark runs may ask for them
  post_attach_mark();
  if (options.config_check) return TryToDropCapabilities(options) ? app::kFine : app::kFailed;
  return Export(options, std::get<app::Started>(started), host, signals);
}

}  // namespace
}  // namespace bpf_exporter

int main(int argc, char** argv) {
  const sigset_t signals = bpf_exporter::process::BlockSignals();
  mallopt(M_ARENA_MAX, 2);  // an arena for each HTTP thread would keep memory in each
  // What is large goes back to the system when it is freed. Left alone, malloc raises this bound to
  // 32 MiB when it first frees something large, and then keeps what a burst of keys took.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  try {
    return bpf_exporter::Main(std::vector<std::string>(argv + 1, argv + argc), signals);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bpf_exporter: {}\n", error.what());
    return bpf_exporter::app::kFailed;
  }
}
