// SPDX-License-Identifier: Apache-2.0
// Tests: startup_test.py, process_test.py
#include "app/exporter.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "app/serve.h"
#include "base/complain.h"
#include "base/log.h"
#include "exposition/buffer_writer.h"
#include "exposition/format.h"
#include "loader/kernel_figures.h"
#include "metrics/process.h"
#include "metrics/status_figures.h"
#include "process/capabilities.h"
#include "process/run_loop.h"
#include "process/systemd.h"

namespace bpf_exporter::app {
namespace {

using loader::KernelFigures;

// How often the main thread wakes when there is no interval between snapshots.
constexpr std::chrono::hours kWithoutInterval{1};

bool IsPeriodic(const Options& options) { return options.snapshot_interval.count() > 0; }

exposition::FormatOptions FormatsOf(const Options& options) {
  return {.created_lines = options.openmetrics_created};
}

std::vector<std::unique_ptr<metrics::FigureSource>> Figures(
    const std::vector<loader::RunningConfig>& configs, host::Host& host,
    const metrics::Statuses& statuses, const Fd& statistics, const Options& options) {
  std::vector<std::unique_ptr<metrics::FigureSource>> figures;
  figures.push_back(std::make_unique<KernelFigures>(
      configs, host,
      statistics.valid() ? KernelFigures::Runs::kCounted : KernelFigures::Runs::kAskSysctl));
  figures.push_back(std::make_unique<metrics::StatusFigures>(statuses));
  // A page that node_exporter shows beside its own must not have the series that it has itself.
  if (!options.once) figures.push_back(std::make_unique<metrics::ProcessFigures>());
  return figures;
}

}  // namespace

Exporter::Exporter(Options options, Started started, host::Host& host)
    : options_(std::move(options)),
      host_(host),
      listen_(std::move(started.listen)),
      statistics_(std::move(started.statistics)),
      cpus_of_links_(std::move(started.cpus_of_links)),
      cpus_of_buffers_(std::move(started.cpus_of_buffers)),
      configs_(std::move(started.configs)),
      statuses_(loader::StatusesOf(configs_)),
      self_(options_.metrics_prefix, *statuses_.Now(), ServedPaths(options_)),
      collector_(loader::MapSources(configs_), &self_,
                 Figures(configs_, host_, statuses_, statistics_, options_)),
      pages_(
          IsPeriodic(options_) ? exposition::WhileMade::kOneBefore : exposition::WhileMade::kWait,
          FormatsOf(options_)) {
  self_.Set(metrics::kSnapshotInterval, {},
            std::chrono::duration<double>(options_.snapshot_interval).count());
}

// Gives up capabilities, and then follows what comes and goes and reads events.
Status Exporter::Follow() {
  if (Status dropped = process::DropCapabilities(options_.capabilities); !dropped) return dropped;
  if (Status dropped = loader::DropRights(configs_); !dropped) return dropped;
  cgroups_.emplace(configs_, host_);
  attachments_.emplace(configs_, statuses_, std::move(cpus_of_links_));
  Result<kernel::EventReader> events = loader::ReadEvents(configs_, std::move(cpus_of_buffers_));
  if (!events) return events.error();
  events_.emplace(*std::move(events));
  return {};
}

Status Exporter::Open() {
  collector_.Take();
  if (Status following = Follow(); !following) return following;
  Result<web::Server> server = Serve(*listen_, {options_, statuses_, collector_, self_, pages_});
  if (!server) return server.error();
  server_.emplace(*std::move(server));
  return {};
}

void Exporter::TellThatItIsReady() const {
  const metrics::Statuses::Shared now = statuses_.Now();
  const auto up = std::count_if(now->begin(), now->end(),
                                [](const metrics::ConfigStatus& config) { return config.up; });
  const std::string state =
      fmt::format("{} of {} configurations up, {} on '{}' (port {})", up, now->size(),
                  options_.telemetry_path, listen_->given, server_->port());
  log::Info("ready: {}", state);
  process::NotifySystemd("READY=1\nSTATUS=" + state);
}

ExitCode Exporter::Run(const sigset_t& signals) {
  if (const Status opened = Open(); !opened) {
    Complain(opened.error().Message());
    return kFailed;
  }
  TellThatItIsReady();
  const bool periodic = IsPeriodic(options_);
  const auto period = periodic ? options_.snapshot_interval : kWithoutInterval;
  const int signal = process::RunLoop(signals, period, [&] {
    if (periodic) collector_.Take();
  });
  log::Info("{}: detaching and leaving", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  process::NotifySystemd("STOPPING=1");
  return kFine;
}

ExitCode Exporter::PrintOnce(const sigset_t& signals) {
  if (const Status following = Follow(); !following) {
    Complain(following.error().Message());
    return kFailed;
  }
  process::WaitForSignal(signals, *options_.once);
  const std::shared_ptr<const metrics::Snapshot> snapshot = collector_.Take();
  if (snapshot == nullptr) return kFailed;  // why is in the log
  exposition::BufferWriter page{exposition::TextBuffer()};
  exposition::MakeFormatWriter(options_.format.value_or(exposition::Format::kText),
                               FormatsOf(options_))
      ->Write(*snapshot, page);
  const exposition::TextBuffer text = page.Finish();
  return PrintAll({text.data(), text.size()}) ? kFine : kFailed;
}

}  // namespace bpf_exporter::app
