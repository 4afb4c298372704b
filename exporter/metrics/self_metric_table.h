// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

// The metrics of the exporter itself. A new one is a constant here and a place in the list at the
// end; whoever knows its value sets it (SelfMetrics::Set), and config/metrics.md describes it.
namespace bpf_exporter::metrics {

struct SelfMetric {
  config::MetricKind kind;  // a counter or a gauge
  std::string_view name;    // --metrics.prefix comes before it, except before process_*
  std::string_view labels;  // names, comma-separated; one that ends in ? is left out if empty
  std::string_view help;
};

constexpr SelfMetric SelfCounter(std::string_view name, std::string_view labels,
                                 std::string_view help) {
  return {config::MetricKind::kCounter, name, labels, help};
}
constexpr SelfMetric SelfGauge(std::string_view name, std::string_view labels,
                               std::string_view help) {
  return {config::MetricKind::kGauge, name, labels, help};
}

inline constexpr SelfMetric kBuildInfo = SelfGauge("build_info", "version,revision,compiler",
                                                   "What this exporter was built from; always 1");
// The names, labels and help of enabled_configs, of the ebpf_program_* metrics and of
// decoder_errors_total are those of cloudflare/ebpf_exporter, so that dashboards made for it go on.
inline constexpr SelfMetric kEnabledConfigs =
    SelfGauge("enabled_configs", "name", "The set of enabled configs");
inline constexpr SelfMetric kConfigUp =
    SelfGauge("config_up", "config,name",
              "Whether the configuration is loaded and, if one should be, at least one of its "
              "programs is attached");
inline constexpr SelfMetric kProgramInfo =
    SelfGauge("ebpf_program_info", "config,program,tag,id", "Info about ebpf programs");
inline constexpr SelfMetric kProgramAttached =
    SelfGauge("ebpf_program_attached", "id,place?", "Whether a program is attached");
inline constexpr SelfMetric kProgramsMissed =
    SelfGauge("programs_missed", "config", "Programs that should be attached and are not");
inline constexpr SelfMetric kConfigRestarts = SelfCounter(
    "config_process_restarts_total", "config",
    "How often the process that attaches the configuration's programs was started again");
inline constexpr SelfMetric kAlternativeUsed =
    SelfGauge("program_alternative_used", "config,group,alternative",
              "Whether this one is used of programs of which one is enough");
inline constexpr SelfMetric kProgramRunTime =
    SelfCounter("ebpf_program_run_time_seconds", "id", "How long has the program been executing");
inline constexpr SelfMetric kProgramRunCount = SelfCounter(
    "ebpf_program_run_count_total", "id", "How many times has the program been executed");

inline constexpr SelfMetric kSnapshots =
    SelfCounter("snapshots_total", "", "Snapshots of all maps taken");
inline constexpr SelfMetric kSnapshotDuration =
    SelfGauge("snapshot_duration_seconds", "", "How long it took to take this snapshot");
inline constexpr SelfMetric kSnapshotTimestamp = SelfGauge(
    "snapshot_timestamp_seconds", "", "When this snapshot was taken, in seconds since the epoch");
inline constexpr SelfMetric kSnapshotAge =
    SelfGauge("snapshot_age_seconds", "",
              "How old the snapshot before this one was when this one replaced it");
inline constexpr SelfMetric kSnapshotInterval =
    SelfGauge("snapshot_interval_seconds", "",
              "How often a snapshot is to be taken; 0 if only scrapes take them");
inline constexpr SelfMetric kMapEntries =
    SelfGauge("map_entries", "config,map", "Entries that this snapshot read");
inline constexpr SelfMetric kMapMaxEntries =
    SelfGauge("map_max_entries", "config,map,type", "Entries that the map can hold");
inline constexpr SelfMetric kMapMemory =
    SelfGauge("map_memory_bytes", "config,map", "Kernel memory that the map is charged with");
inline constexpr SelfMetric kMapReadErrors = SelfCounter(
    "map_read_errors_total", "config,map", "Snapshots in which the map could not be read whole");
inline constexpr SelfMetric kMetricSeries =
    SelfGauge("metric_series", "config,metric", "Series in this snapshot");
inline constexpr SelfMetric kRowsSkipped =
    SelfCounter("rows_skipped_total", "config,metric,reason",
                "Map keys that make no series, counted when they are first seen");
inline constexpr SelfMetric kSeriesOverLimit =
    SelfGauge("series_over_limit", "config,metric",
              "Keys left out of this snapshot because the metric has too many series");
inline constexpr SelfMetric kValuesSaturated = SelfCounter(
    "values_saturated_total", "config,metric",
    "Numbers too large for 64 bits, shown as the largest there is; counted in each snapshot");
inline constexpr SelfMetric kDecoderErrors =
    SelfCounter("decoder_errors_total", "config", "How many times has decoders encountered errors");
inline constexpr SelfMetric kEventsLost = SelfCounter(
    "events_lost_total", "config,map,reason", "Records of event buffers that no counter counts");

inline constexpr SelfMetric kCgroupReportsLost =
    SelfCounter("cgroup_reports_lost_total", "",
                "Reports of new and removed cgroups that the kernel had no room for, at least");
inline constexpr SelfMetric kHttpRequests =
    SelfCounter("http_requests_total", "path,code", "HTTP requests answered");
inline constexpr SelfMetric kPageBytes =
    SelfGauge("page_bytes", "encoding", "Size of the page of metrics that was sent last");

inline constexpr SelfMetric kLogLinesLost =
    SelfCounter("log_lines_lost_total", "", "Lines of the log that nobody made room for");

inline constexpr SelfMetric kCpuSeconds =
    SelfCounter("process_cpu_seconds_total", "", "Total user and system CPU time spent in seconds");
inline constexpr SelfMetric kOpenFds =
    SelfGauge("process_open_fds", "", "Number of open file descriptors");
inline constexpr SelfMetric kMaxFds =
    SelfGauge("process_max_fds", "", "Maximum number of open file descriptors");
inline constexpr SelfMetric kVirtualMemory =
    SelfGauge("process_virtual_memory_bytes", "", "Virtual memory size in bytes");
inline constexpr SelfMetric kVirtualMemoryMax = SelfGauge(
    "process_virtual_memory_max_bytes", "", "Maximum amount of virtual memory available in bytes");
inline constexpr SelfMetric kResidentMemory =
    SelfGauge("process_resident_memory_bytes", "", "Resident memory size in bytes");
inline constexpr SelfMetric kStartTime = SelfGauge(
    "process_start_time_seconds", "", "Start time of the process since unix epoch in seconds");
inline constexpr SelfMetric kThreads =
    SelfGauge("process_threads", "", "Number of threads of the process");
inline constexpr SelfMetric kNetworkReceived =
    SelfCounter("process_network_receive_bytes_total", "",
                "Number of bytes received by the process over the network.");
inline constexpr SelfMetric kNetworkSent =
    SelfCounter("process_network_transmit_bytes_total", "",
                "Number of bytes sent by the process over the network.");

// All of them: what the exporter exposes and what its documentation lists.
inline constexpr const SelfMetric* kSelfMetrics[] = {
    &kBuildInfo,         &kEnabledConfigs,  &kConfigUp,
    &kProgramInfo,       &kProgramAttached, &kProgramsMissed,
    &kConfigRestarts,    &kAlternativeUsed, &kProgramRunTime,
    &kProgramRunCount,   &kSnapshots,       &kSnapshotDuration,
    &kSnapshotTimestamp, &kSnapshotAge,     &kMapEntries,
    &kMapMaxEntries,     &kMapMemory,       &kMapReadErrors,
    &kMetricSeries,      &kRowsSkipped,     &kSeriesOverLimit,
    &kDecoderErrors,     &kEventsLost,      &kCgroupReportsLost,
    &kHttpRequests,      &kPageBytes,       &kCpuSeconds,
    &kOpenFds,           &kMaxFds,          &kVirtualMemory,
    &kVirtualMemoryMax,  &kResidentMemory,  &kStartTime,
    &kThreads,           &kNetworkReceived, &kNetworkSent,
    &kSnapshotInterval,  &kLogLinesLost,    &kValuesSaturated,
};

// Returns the name under which `metric` is exposed.
std::string ExposedName(const SelfMetric& metric, const std::string& prefix);

}  // namespace bpf_exporter::metrics
