// SPDX-License-Identifier: Apache-2.0
#include "metrics/self_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

#include "base/version.h"
#include "metrics/process.h"
#include "metrics/self_metric_table.h"

namespace bpf_exporter::metrics {
namespace {

using Values = std::vector<std::string>;

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// The id of a program that is not in the kernel. No two series may share one: joins on (id) fail
// otherwise.
std::string IdOf(const ConfigStatus& config, const ProgramStatus& program) {
  if (program.id != 0) return std::to_string(program.id);
  return "unloaded/" + config.name + "/" + program.name;
}

prometheus::Labels LabelsOf(const SelfMetric& metric, const Values& values) {
  prometheus::Labels labels;
  std::string_view names = metric.labels;
  for (const std::string& value : values) {
    const std::size_t comma = std::min(names.find(','), names.size());
    labels.emplace(names.substr(0, comma), value);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return labels;
}

}  // namespace

struct SelfMetrics::State {
  explicit State(const std::string& prefix) {
    for (const SelfMetric& metric : SelfMetricTable()) {
      const std::string name = ExposedName(metric, prefix);
      const auto index = static_cast<std::size_t>(metric.which);
      const std::string help(metric.help);
      if (metric.counter) {
        counters[index] = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
      } else {
        gauges[index] = &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
      }
    }
  }

  // Makes the series if it is not there yet. A counter never falls.
  void Set(Self which, const Values& values, double value) {
    const auto index = static_cast<std::size_t>(which);
    const prometheus::Labels labels = LabelsOf(SelfMetricTable()[index], values);
    if (counters[index] == nullptr) {
      gauges[index]->Add(labels).Set(value);
      return;
    }
    prometheus::Counter& counter = counters[index]->Add(labels);
    if (value > counter.Value()) counter.Increment(value - counter.Value());
  }

  void SetUp(const ConfigStatus& config);
  void SetSnapshot(const CollectorStats& stats);
  void SetMap(const MapStats& map);
  void SetMetric(const MetricStats& metric);
  void SetKernel(const KernelStats& kernel);
  void SetProcess();

  prometheus::Registry registry;
  std::array<prometheus::Family<prometheus::Counter>*, kSelfMetrics> counters{};
  std::array<prometheus::Family<prometheus::Gauge>*, kSelfMetrics> gauges{};
  std::map<std::string, std::uint64_t> decode_errors;  // by configuration
  std::chrono::system_clock::time_point last_time;
  double start_time = ReadStartTime();
};

void SelfMetrics::State::SetUp(const ConfigStatus& config) {
  decode_errors[config.name] = 0;
  Set(Self::kEnabledConfigs, {config.name}, 1);
  Set(Self::kConfigUp, {config.name}, config.up ? 1 : 0);
  const auto missed = [](const ProgramStatus& one) { return one.needed && !one.attached; };
  Set(Self::kProgramsMissed, {config.name},
      static_cast<double>(std::count_if(config.programs.begin(), config.programs.end(), missed)));
  for (const ProgramStatus& program : config.programs) {
    const std::string id = IdOf(config, program);
    Set(Self::kProgramInfo, {config.name, program.name, program.tag, id}, 1);
    Set(Self::kProgramAttached, {id}, program.attached ? 1 : 0);
  }
}

void SelfMetrics::State::SetSnapshot(const CollectorStats& stats) {
  const bool first = last_time == std::chrono::system_clock::time_point();
  const double age = first ? 0 : Seconds(stats.last_time - last_time);
  last_time = stats.last_time;
  Set(Self::kSnapshots, {}, static_cast<double>(stats.snapshots));
  Set(Self::kSnapshotDuration, {}, Seconds(stats.last_duration));
  Set(Self::kSnapshotTimestamp, {}, Seconds(stats.last_time.time_since_epoch()));
  Set(Self::kSnapshotAge, {}, std::max(age, 0.0));  // the clock may have been set back
}

void SelfMetrics::State::SetMap(const MapStats& map) {
  const Values of = {map.config, map.map};
  Set(Self::kMapEntries, of, static_cast<double>(map.entries));
  Set(Self::kMapMaxEntries, of, map.max_entries);
  Set(Self::kMapReadErrors, of, static_cast<double>(map.read_errors));
}

void SelfMetrics::State::SetMetric(const MetricStats& metric) {
  const Values of = {metric.config, metric.metric};
  Set(Self::kMetricSeries, of, static_cast<double>(metric.series));
  Set(Self::kSeriesOverLimit, of, static_cast<double>(metric.series_over_limit));
  const auto skipped = [&](const char* reason, std::uint64_t count) {
    Set(Self::kRowsSkipped, {metric.config, metric.metric, reason}, static_cast<double>(count));
  };
  skipped("regexp", metric.rows_skipped_regexp);
  skipped("decode_error", metric.rows_decode_error);
  skipped("out_of_range", metric.rows_out_of_range);
  decode_errors[metric.config] += metric.rows_decode_error;
}

void SelfMetrics::State::SetKernel(const KernelStats& kernel) {
  for (const KernelStats::Memory& map : kernel.memory) {
    Set(Self::kMapMemory, {map.config, map.map}, static_cast<double>(map.bytes));
  }
  for (const KernelStats::Losses& map : kernel.losses) {
    const auto lost = [&](const char* reason, std::uint64_t count) {
      Set(Self::kEventsLost, {map.config, map.map, reason}, static_cast<double>(count));
    };
    lost("buffer_full", map.buffer_full);
    lost("too_short", map.too_short);
    lost("over_limit", map.over_limit);
  }
  for (const KernelStats::Runs& program : kernel.runs) {
    const std::string id = std::to_string(program.id);
    Set(Self::kProgramRunTime, {id}, static_cast<double>(program.time_ns) / 1e9);
    Set(Self::kProgramRunCount, {id}, static_cast<double>(program.count));
  }
}

void SelfMetrics::State::SetProcess() {
  const ProcessStats process = ReadProcessStats();
  Set(Self::kCpuSeconds, {}, process.cpu_seconds);
  Set(Self::kOpenFds, {}, process.open_fds);
  Set(Self::kMaxFds, {}, process.max_fds);
  Set(Self::kVirtualMemory, {}, process.virtual_bytes);
  Set(Self::kVirtualMemoryMax, {}, process.virtual_max_bytes);
  Set(Self::kResidentMemory, {}, process.resident_bytes);
  Set(Self::kStartTime, {}, start_time);
  Set(Self::kThreads, {}, process.threads);
}

SelfMetrics::SelfMetrics(const std::string& prefix, const std::vector<ConfigStatus>& configs,
                         const std::vector<std::string>& paths)
    : state_(std::make_unique<State>(prefix)) {
  state_->Set(Self::kBuildInfo, {kVersion, kRevision, kCompiler}, 1);
  for (const ConfigStatus& config : configs) state_->SetUp(config);
  for (const std::string& path : paths) state_->Set(Self::kHttpRequests, {path, "200"}, 0);
  state_->Set(Self::kHttpRequests, {"other", "404"}, 0);
  for (const char* encoding : {"identity", "gzip"}) state_->Set(Self::kPageBytes, {encoding}, 0);
}

SelfMetrics::~SelfMetrics() = default;

std::vector<prometheus::MetricFamily> SelfMetrics::Collect(const CollectorStats& collector,
                                                           const KernelStats& kernel) {
  for (auto& [config, errors] : state_->decode_errors) errors = 0;
  state_->SetSnapshot(collector);
  for (const MapStats& map : collector.maps) state_->SetMap(map);
  for (const MetricStats& metric : collector.metrics) state_->SetMetric(metric);
  for (const auto& [config, errors] : state_->decode_errors) {
    state_->Set(Self::kDecoderErrors, {config}, static_cast<double>(errors));
  }
  state_->SetKernel(kernel);
  state_->SetProcess();
  std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
  for (prometheus::MetricFamily& family : families) {  // the registry has them in no order
    std::sort(family.metric.begin(), family.metric.end(),
              [](const auto& one, const auto& other) { return one.label < other.label; });
  }
  std::sort(families.begin(), families.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  return families;
}

Collector::OwnMetrics SelfMetrics::ForCollector(
    std::function<KernelStats(const CollectorStats&)> kernel) {
  return [this, kernel = std::move(kernel)](const CollectorStats& stats) {
    return Collect(stats, kernel(stats));
  };
}

void SelfMetrics::CountRequest(std::string_view path, int code) {
  const SelfMetric& metric = SelfMetricTable()[static_cast<std::size_t>(Self::kHttpRequests)];
  state_->counters[static_cast<std::size_t>(Self::kHttpRequests)]
      ->Add(LabelsOf(metric, {std::string(path), std::to_string(code)}))
      .Increment();
}

void SelfMetrics::SetPageBytes(std::string_view encoding, std::size_t bytes) {
  state_->Set(Self::kPageBytes, {std::string(encoding)}, static_cast<double>(bytes));
}

}  // namespace bpf_exporter::metrics
