// SPDX-License-Identifier: Apache-2.0
#include "metrics/self_metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "base/log_stream.h"
#include "base/text.h"
#include "base/version.h"
#include "metrics/process.h"

namespace bpf_exporter::metrics {
namespace {

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Returns when this process began to count; now, if it cannot be told when it started.
std::chrono::system_clock::time_point ProcessStart() {
  const double start = ReadStartTime();
  if (start == 0) return std::chrono::system_clock::now();
  return std::chrono::system_clock::time_point(
      std::chrono::milliseconds(static_cast<std::int64_t>(start * 1000)));
}

// Returns the id of a program; of one that is not in the kernel, a text. No two series may share
// an id: joins on (id) fail otherwise.
std::string IdOf(const ConfigStatus& config, const ProgramStatus& program) {
  if (program.id != 0) return std::to_string(program.id);
  return "unloaded/" + config.name + "/" + program.name;
}

}  // namespace

SelfMetrics::SelfMetrics(const std::string& prefix, const std::vector<ConfigStatus>& configs,
                         const std::vector<std::string>& paths)
    : registry_(std::make_unique<prometheus::Registry>()), started_(ProcessStart()) {
  std::vector<const SelfMetric*> sorted(std::begin(kSelfMetrics), std::end(kSelfMetrics));
  std::sort(sorted.begin(), sorted.end(), [&](const SelfMetric* one, const SelfMetric* other) {
    return ExposedName(*one, prefix) < ExposedName(*other, prefix);
  });
  for (const SelfMetric* metric : sorted) families_.emplace_back(*metric, prefix, *registry_);

  Set(kBuildInfo, {kVersion, kRevision, kCompiler}, 1);
  for (const ConfigStatus& config : configs) ReportConfig(config);
  for (const std::string& path : paths) Set(kHttpRequests, {path, "200"}, 0);
  Set(kHttpRequests, {"other", "404"}, 0);
  for (const char* encoding : {"identity", "gzip"}) Set(kPageBytes, {encoding}, 0);
}

SelfMetrics::~SelfMetrics() = default;

OwnFamily& SelfMetrics::Find(const SelfMetric& metric) {
  const auto found = std::find_if(families_.begin(), families_.end(),
                                  [&](const OwnFamily& one) { return &one.metric() == &metric; });
  if (found == families_.end()) {
    throw std::logic_error(std::string(metric.name) + " is not in kSelfMetrics");
  }
  return *found;
}

void SelfMetrics::Set(const SelfMetric& metric, OwnFamily::Values values, double value) {
  Find(metric).Set(values, value);
}

void SelfMetrics::SetOrRemove(const SelfMetric& metric, const std::optional<double>& value) {
  if (value) {
    Find(metric).Set({}, *value);
  } else {
    Find(metric).Remove({});
  }
}

void SelfMetrics::Increment(const SelfMetric& metric, OwnFamily::Values values) {
  Find(metric).Increment(values);
}

namespace {

// Returns whether the programs of an alternative, "start+end", run. One that was chosen may be
// missed: the last of its group, or one whose place is gone.
bool Runs(const ConfigStatus& config, std::string_view alternative) {
  bool attached = false;
  for (const std::string_view name : Split(alternative, '+')) {
    for (const ProgramStatus& program : config.programs) {
      if (program.name != name) continue;
      if (program.Missed()) return false;
      attached = attached || program.attached;
    }
  }
  return attached;
}

}  // namespace

void SelfMetrics::ReportConfig(const ConfigStatus& config) {
  decode_errors_.emplace(config.name, 0);
  Set(kEnabledConfigs, {config.name}, 1);
  Set(kConfigUp, {config.name, config.name}, config.up ? 1 : 0);
  const auto missed = [](const ProgramStatus& one) { return one.Missed(); };
  Set(kProgramsMissed, {config.name},
      static_cast<double>(std::count_if(config.programs.begin(), config.programs.end(), missed)));
  if (config.restarts) {
    Set(kConfigRestarts, {config.name}, static_cast<double>(*config.restarts));
  }
  // Programs that were loaded again have other ids.
  auto before = std::exchange(programs_[config.name], {});
  for (const ProgramStatus& program : config.programs) {
    const std::string id = IdOf(config, program);
    before.erase(id);
    programs_[config.name].emplace(id, std::pair(program.name, program.tag));
  }
  for (const auto& [id, program] : before) ForgetProgram(config.name, id, program);
  for (const ProgramStatus& program : config.programs) {
    const std::string id = IdOf(config, program);
    Set(kProgramInfo, {config.name, program.name, program.tag, id}, 1);
    ReportPlaces(id, program);
  }
  for (const EitherOfStatus& group : config.either_of) {
    const std::string names = fmt::format("{}", fmt::join(group.alternatives, "|"));
    for (std::size_t i = 0; i < group.alternatives.size(); ++i) {
      const std::string& alternative = group.alternatives[i];
      const bool used = i == group.used && Runs(config, alternative);
      Set(kAlternativeUsed, {config.name, names, alternative}, used ? 1 : 0);
    }
  }
}

void SelfMetrics::ForgetProgram(const std::string& config, const std::string& id,
                                const std::pair<std::string, std::string>& program) {
  Find(kProgramInfo).Remove({config, program.first, program.second, id});
  Find(kProgramRunTime).Remove({id});
  Find(kProgramRunCount).Remove({id});
  for (const std::string& place : std::exchange(places_[id], {})) {
    Find(kProgramAttached).Remove({id, place});
  }
  places_.erase(id);
}

void SelfMetrics::ReportPlaces(const std::string& id, const ProgramStatus& program) {
  std::set<std::string>& places = places_[id];
  std::set<std::string> now;
  if (program.places.empty()) {
    Set(kProgramAttached, {id, ""}, program.attached ? 1 : 0);
    now.emplace();
  }
  for (const PlaceStatus& place : program.places) {
    Set(kProgramAttached, {id, place.name}, place.attached ? 1 : 0);
    now.insert(place.name);
  }
  for (const std::string& place : places) {
    if (!now.contains(place)) Find(kProgramAttached).Remove({id, place});
  }
  places.swap(now);
}

void SelfMetrics::ReportMap(const MapStats& map) {
  Set(kMapEntries, {map.config, map.map}, static_cast<double>(map.entries));
  Set(kMapMaxEntries, {map.config, map.map, map.type}, map.max_entries);
  Set(kMapReadErrors, {map.config, map.map}, static_cast<double>(map.read_errors));
}

void SelfMetrics::ReportMetric(const MetricStats& metric) {
  Set(kMetricSeries, {metric.config, metric.metric}, static_cast<double>(metric.series));
  Set(kSeriesOverLimit, {metric.config, metric.metric},
      static_cast<double>(metric.series_over_limit));
  Set(kValuesSaturated, {metric.config, metric.metric}, static_cast<double>(metric.saturated));
  const auto skipped = [&](std::string_view reason, std::uint64_t count) {
    Set(kRowsSkipped, {metric.config, metric.metric, reason}, static_cast<double>(count));
  };
  skipped("regexp", metric.rows_skipped_regexp);
  skipped("decode_error", metric.rows_decode_error);
  skipped("out_of_range", metric.rows_out_of_range);
  auto errors = decode_errors_.find(metric.config);
  if (errors == decode_errors_.end()) {
    errors = decode_errors_.emplace(std::string(metric.config), 0).first;
  }
  errors->second += metric.rows_decode_error;
}

void SelfMetrics::Report(const CollectorStats& collector) {
  const bool first = last_time_ == std::chrono::system_clock::time_point();
  const double age = first ? 0 : Seconds(collector.last_time - last_time_);
  last_time_ = collector.last_time;
  Set(kSnapshots, {}, static_cast<double>(collector.snapshots));
  Set(kSnapshotDuration, {}, Seconds(collector.last_duration));
  Set(kSnapshotTimestamp, {}, Seconds(collector.last_time.time_since_epoch()));
  Set(kSnapshotAge, {}, std::max(age, 0.0));  // the clock may have been set back
  Set(kLogLinesLost, {}, static_cast<double>(StandardError().lost()));

  for (auto& [config, errors] : decode_errors_) errors = 0;
  for (const MapStats& map : collector.maps) ReportMap(map);
  for (const MetricStats& metric : collector.metrics) ReportMetric(metric);
  for (const auto& [config, errors] : decode_errors_) {
    Set(kDecoderErrors, {config}, static_cast<double>(errors));
  }
}

std::vector<FamilySnapshot> SelfMetrics::Snapshot() {
  std::vector<FamilySnapshot> snapshots;
  snapshots.reserve(families_.size());
  for (OwnFamily& family : families_) {
    FamilySnapshot snapshot = family.Snapshot();
    if (snapshot.series == 0) continue;
    snapshot.counted_since = started_;
    snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

}  // namespace bpf_exporter::metrics
