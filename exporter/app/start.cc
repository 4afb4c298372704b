// SPDX-License-Identifier: Apache-2.0
#include "app/start.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/complain.h"
#include "base/log.h"
#include "metrics/self_metric_table.h"
#include "object/btf_file.h"
#include "process/systemd.h"

namespace bpf_exporter::app {
namespace {

ExitCode Refuse(ExitCode code, const std::string& problem) {
  Complain(problem);
  return code;
}

// Returns the code to end with if the plans alone decide that.
std::optional<ExitCode> EndAfterPlanning(const std::vector<loader::PlannedConfig>& planned,
                                         const Options& options) {
  for (const loader::PlannedConfig& config : planned) std::fputs(config.messages.c_str(), stderr);
  const auto works = [](const loader::PlannedConfig& config) { return config.plan.has_value(); };
  if (std::none_of(planned.begin(), planned.end(), works)) {
    return Refuse(kCannotWork, "no configuration can work");
  }
  if (std::all_of(planned.begin(), planned.end(), works)) return std::nullopt;
  if (options.config_strict || options.config_check) {
    return Refuse(kCannotWork, "not every configuration can work");
  }
  return std::nullopt;
}

// Checks what can fail before anything is loaded, and finds the address to listen on. Returns the
// code to end with if something does.
std::optional<ExitCode> EndBeforeLoading(const Options& options,
                                         std::optional<web::ListenAddress>& listen) {
  if (!options.btf_path.empty()) {
    if (const Status btf = object::CheckBtfFile(options.btf_path); !btf) {
      return Refuse(kCannotWork, "--btf.path " + btf.error().Message());
    }
  }
  if (const Status may = process::MayLoadPrograms(); !may) {
    return Refuse(kFailed, may.error().Message());
  }
  if (options.config_check || options.once) return std::nullopt;
  Result<web::ListenAddress> address = web::ResolveListenAddress(options.listen_address);
  if (!address) {
    return Refuse(address.error().code == EINVAL ? kWrongUse : kFailed, address.error().Message());
  }
  if (const Result<Fd> free = web::Listen(*address); !free) {
    return Refuse(kFailed, free.error().Message());
  }
  listen = *std::move(address);
  return std::nullopt;
}

// Returns the code to end with if the kernel decides that.
std::optional<ExitCode> EndAfterLoading(const std::vector<loader::RunningConfig>& configs,
                                        const Options& options) {
  const auto loaded = [](const loader::RunningConfig& config) { return config.object.has_value(); };
  const auto missed = [](const loader::RunningConfig& config) {
    return config.object && config.status.MissesPrograms();
  };
  if (options.config_strict && std::any_of(configs.begin(), configs.end(), missed)) {
    return Refuse(kFailed, "not every program could be attached");
  }
  // What the kernel does not load today, it will not load tomorrow.
  if (std::none_of(configs.begin(), configs.end(), loaded)) {
    return Refuse(kCannotWork, "no configuration could be loaded");
  }
  if ((options.config_strict || options.config_check) &&
      !std::all_of(configs.begin(), configs.end(), loaded)) {
    return Refuse(kFailed, "not every configuration could be loaded");
  }
  return std::nullopt;
}

Fd EnableStatistics(const Options& options) {
  if (!options.bpf_stats) return {};
  Result<Fd> enabled = kernel::EnableStats();
  if (enabled) return *std::move(enabled);
  log::Warn("--bpf.stats: {}", enabled.error().Message());
  return {};
}

}  // namespace

plan::ResolveOptions ResolveOptionsOf(const Options& options) {
  plan::ResolveOptions resolve;
  resolve.prefix = options.metrics_prefix;
  resolve.max_series = options.max_series;
  resolve.strace_syscall_names = options.strace_syscall_names;
  for (const metrics::SelfMetric* metric : metrics::kSelfMetrics) {
    resolve.own_names.push_back(metrics::ExposedName(*metric, resolve.prefix));
  }
  return resolve;
}

std::variant<Started, ExitCode> Start(const Options& options, host::Host& host) {
  Result<std::vector<loader::ConfigSource>> sources =
      loader::SourcesInDir(options.config_dir, options.config_names, options.programs_dir);
  if (!sources) return Refuse(kCannotWork, sources.error().Message());
  if (const Status counts = loader::SetByCgroup(options.by_cgroup, *sources); !counts) {
    return Refuse(kWrongUse, counts.error().In("--config.by-cgroup").Message());
  }
  std::vector<loader::PlannedConfig> planned =
      loader::PlanConfigs(*sources, ResolveOptionsOf(options), host);
  if (const auto code = EndAfterPlanning(planned, options)) return *code;
  Started started;
  if (const auto code = EndBeforeLoading(options, started.listen)) return *code;

  started.statistics = EnableStatistics(options);
  loader::RunOptions run;
  run.load.btf_path = options.btf_path;
  run.load.drop_rights = [&] { return process::DropCapabilities(options.capabilities); };
  run.buffer_pages = options.buffer_pages;
  run.max_memory = options.max_memory;
  process::NotifySystemd(fmt::format("STATUS=loading configurations ({})", planned.size()));
  started.configs = loader::RunConfigs(std::move(planned), run, host);
  if (const auto code = EndAfterLoading(started.configs, options)) return *code;
  return started;
}

}  // namespace bpf_exporter::app
