// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/own_family.h"
#include "metrics/self_metric_table.h"
#include "metrics/stats.h"
#include "metrics/status.h"

namespace bpf_exporter::metrics {

// The metrics of the exporter itself, in a registry of prometheus-cpp.
class SelfMetrics {
 public:
  // `paths` are the paths that HTTP requests are counted by.
  SelfMetrics(const std::string& prefix, const std::vector<ConfigStatus>& configs,
              const std::vector<std::string>& paths);
  ~SelfMetrics();

  // Sets the series of `metric`, one of kSelfMetrics, with these label values; see OwnFamily::Set.
  // Any thread.
  void Set(const SelfMetric& metric, OwnFamily::Values values, double value);
  // Sets the only series of a metric without labels; without a value there is none. Any thread.
  void SetOrRemove(const SelfMetric& metric, const std::optional<double>& value);
  // Adds one to a counter. Any thread.
  void Increment(const SelfMetric& metric, OwnFamily::Values values);

  // Sets what there is to say of a configuration and its programs. One thread at a time.
  void ReportConfig(const ConfigStatus& config);

  // Sets all that the collector knows. One thread at a time.
  void Report(const CollectorStats& collector);

  // Returns all families that have series as they are now, sorted by name. Any thread.
  std::vector<FamilySnapshot> Snapshot();

 private:
  OwnFamily& Find(const SelfMetric& metric);
  void ReportPlaces(const std::string& id, const ProgramStatus& program);
  void ForgetProgram(const std::string& config, const std::string& id,
                     const std::pair<std::string, std::string>& program);
  void ReportMap(const MapStats& map);
  void ReportMetric(const MetricStats& metric);

  std::unique_ptr<prometheus::Registry> registry_;
  std::chrono::system_clock::time_point started_;
  std::deque<OwnFamily> families_;  // sorted by name; none is added after the constructor
  std::map<std::string, std::uint64_t, std::less<>> decode_errors_;  // by configuration
  // The name and tag of each program that has series, by its configuration and id.
  std::map<std::string, std::map<std::string, std::pair<std::string, std::string>>> programs_;
  std::map<std::string, std::set<std::string>> places_;  // that a program's series name, by its id
  std::chrono::system_clock::time_point last_time_;      // of the snapshot before
};

}  // namespace bpf_exporter::metrics
