// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <mutex>

#include "app/check.h"
#include "app/options.h"
#include "app/serve.h"
#include "app/start.h"
#include "base/log.h"
#include "loader/cgroup_updates.h"
#include "process/post_attach_mark.h"
#include "process/run_loop.h"
#include "process/systemd.h"

namespace bpf_exporter {
namespace {

bool KernelCountsRuns(const Started& started) {
  if (started.statistics.valid()) return true;
  std::ifstream file("/proc/sys/kernel/bpf_stats_enabled");
  char enabled = '0';
  return file.get(enabled) && enabled == '1';
}

bool TryToDropCapabilities(const Options& options) {
  const Status dropped = DropCapabilities(options.capabilities);
  if (!dropped) fmt::print(stderr, "bpf_exporter: {}\n", dropped.error().text);
  return dropped.ok();
}

// Takes snapshots and serves them, until a signal says to leave.
ExitCode Export(const Options& options, Started& started, Host& host, const sigset_t& signals) {
  std::vector<ConfigStatus> statuses;
  for (const RunningConfig& config : started.configs) statuses.push_back(config.status);
  SelfMetrics self(options.metrics_prefix, statuses, ServedPaths(options));
  Pulse pulse;
  std::mutex objects;  // scrapes take snapshots too, when there is no interval
  Collector collector(MapSources(started.configs),
                      self.ForCollector([&](const CollectorStats& stats) {
                        pulse.Beat(stats.last_duration);
                        const std::lock_guard lock(objects);
                        return ReadKernelStats(started.configs, KernelCountsRuns(started));
                      }));
  collector.Take();
  if (!TryToDropCapabilities(options)) return kFailed;
  const CgroupUpdates cgroups(started.configs, host);
  const Result<EventReader> events = ReadEvents(started.configs);
  if (!events) {
    fmt::print(stderr, "bpf_exporter: {}\n", events.error().text);
    return kFailed;
  }

  const bool periodic = options.snapshot_interval.count() > 0;
  PageCache pages(periodic ? WhileMade::kOneBefore : WhileMade::kWait);
  const Result<Server> server = Serve({options, statuses, collector, self, pages, pulse});
  if (!server) {
    fmt::print(stderr, "bpf_exporter: {}\n", server.error().text);
    return kFailed;
  }
  const auto up = std::count_if(statuses.begin(), statuses.end(),
                                [](const ConfigStatus& config) { return config.up; });
  const std::string state =
      fmt::format("{} of {} configurations up, {} on '{}' (port {})", up, statuses.size(),
                  options.telemetry_path, options.listen_address, server->port());
  log::Info("ready: {}", state);
  NotifySystemd("READY=1\nSTATUS=" + state);

  const auto period = periodic ? options.snapshot_interval : std::chrono::seconds(5);
  const int signal = RunLoop(signals, period, [&] {
    {
      const std::lock_guard lock(objects);
      for (RunningConfig& config : started.configs) {
        if (!config.object) continue;
        for (const std::string& problem : config.object->AttachNewCpus())
          log::Warn("config '{}': {}", config.status.name, problem);
      }
    }
    if (periodic) collector.Take();
  });
  log::Info("{}: detaching and leaving", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  NotifySystemd("STOPPING=1");
  return kFine;
}

int Main(const std::vector<std::string>& arguments, const sigset_t& signals) {
  auto parsed = ParseOptions(arguments);
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    fmt::print(exit->code == kFine ? stdout : stderr, "{}\n", exit->text);
    return exit->code;
  }
  auto& options = std::get<Options>(parsed);
  log::SetLevel(options.debug ? log::Level::kDebug : log::Level::kInfo);
  log::SetTimestamps(!options.no_timestamps);
  if (options.programs_dir.empty()) options.programs_dir = DefaultProgramsDir();
  if (options.check) {
    return Check({options.config_dir, options.config_names, options.check_files,
                  options.programs_dir, ResolveOptionsOf(options)});
  }

  Host host;
  auto started = Start(options, host);
  if (const ExitCode* code = std::get_if<ExitCode>(&started)) return *code;
  host.Open();
  UpdateCgroups(
      std::get<Started>(started).configs);  // programs that the mark runs may ask for them
  post_attach_mark();
  if (options.config_check) return TryToDropCapabilities(options) ? kFine : kFailed;
  return Export(options, std::get<Started>(started), host, signals);
}

}  // namespace
}  // namespace bpf_exporter

int main(int argc, char** argv) {
  const sigset_t signals = bpf_exporter::BlockSignals();
  mallopt(M_ARENA_MAX, 2);  // an arena for each HTTP thread would keep memory in each
  // What is large goes back to the system when it is freed. Left alone, malloc raises this bound to
  // 32 MiB when it first frees something large, and then keeps what a burst of keys took.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  try {
    return bpf_exporter::Main(std::vector<std::string>(argv + 1, argv + argc), signals);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bpf_exporter: {}\n", error.what());
    return bpf_exporter::kFailed;
  }
}
