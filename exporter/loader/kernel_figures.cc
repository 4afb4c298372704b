// SPDX-License-Identifier: Apache-2.0
// Tests: startup_test.py
#include "loader/kernel_figures.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "base/fd.h"
#include "metrics/self_metrics.h"

namespace bpf_exporter::loader {
namespace {

// Returns whether the sysctl lets the kernel count the runs of programs now.
bool SysctlCountsRuns() {
  const Fd file(open("/proc/sys/kernel/bpf_stats_enabled", O_RDONLY | O_CLOEXEC));
  char enabled = '0';
  return file.valid() && read(file.get(), &enabled, 1) == 1 && enabled == '1';
}

void ReportMemory(const RunningConfig& config, metrics::SelfMetrics& self) {
  for (const plan::MapPlan& map : config.plan->maps) {
    const std::string& name = map.layout.name;
    self.Set(metrics::kMapMemory, {config.status.name, name},
             static_cast<double>(config.object->Map(name).MemoryBytes()));
  }
}

void ReportLosses(const RunningConfig& config, metrics::SelfMetrics& self) {
  for (const ConfigEvents::Map& map : config.events.maps) {
    const auto lost = [&](std::string_view reason, std::uint64_t records) {
      self.Set(metrics::kEventsLost, {config.status.name, map.name, reason},
               static_cast<double>(records));
    };
    lost("buffer_full", map.table->lost());
    lost("too_short", map.table->too_short());
    lost("over_limit", map.table->over_limit());
  }
}

void ReportRuns(const RunningConfig& config, metrics::SelfMetrics& self) {
  for (const auto& [number, run] : config.object->ProgramStatistics()) {
    const std::string id = std::to_string(number);
    self.Set(metrics::kProgramRunTime, {id}, static_cast<double>(run.run_time_ns) / 1e9);
    self.Set(metrics::kProgramRunCount, {id}, static_cast<double>(run.run_count));
  }
}

}  // namespace

void KernelFigures::Report(metrics::SelfMetrics& self) {
  const bool runs = runs_ == Runs::kCounted || SysctlCountsRuns();
  if (const std::optional<std::uint64_t> lost = host_.LostCgroupReports()) {
    self.Set(metrics::kCgroupReportsLost, {}, static_cast<double>(*lost));
  }
  for (const RunningConfig& config : configs_) {
    if (!config.object) continue;
    ReportMemory(config, self);
    ReportLosses(config, self);
    if (runs) ReportRuns(config, self);
  }
}

}  // namespace bpf_exporter::loader
