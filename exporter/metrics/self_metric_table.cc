// SPDX-License-Identifier: Apache-2.0
#include "metrics/self_metric_table.h"

#include <array>

namespace bpf_exporter::metrics {
namespace {

// The names, labels and help of the ebpf_program_* metrics, enabled_configs and
// decoder_errors_total are those of cloudflare/ebpf_exporter, so that dashboards made for it go on.
constexpr std::array<SelfMetric, kSelfMetrics> kTable = {{
    {Self::kBuildInfo, "build_info", false, "version,revision,compiler",
     "What this exporter was built from; always 1"},
    {Self::kEnabledConfigs, "enabled_configs", false, "name", "The set of enabled configs"},
    {Self::kConfigUp, "config_up", false, "name",
     "Whether the configuration is loaded and, if one should be, at least one of its programs is "
     "attached"},
    {Self::kProgramInfo, "ebpf_program_info", false, "config,program,tag,id",
     "Info about ebpf programs"},
    {Self::kProgramAttached, "ebpf_program_attached", false, "id", "Whether a program is attached"},
    {Self::kProgramsMissed, "programs_missed", false, "config",
     "Programs that should be attached and are not"},
    {Self::kProgramRunTime, "ebpf_program_run_time_seconds", true, "id",
     "How long has the program been executing"},
    {Self::kProgramRunCount, "ebpf_program_run_count_total", true, "id",
     "How many times has the program been executed"},
    {Self::kSnapshots, "snapshots_total", true, "", "Snapshots of all maps taken"},
    {Self::kSnapshotDuration, "snapshot_duration_seconds", false, "",
     "How long it took to take this snapshot"},
    {Self::kSnapshotTimestamp, "snapshot_timestamp_seconds", false, "",
     "When this snapshot was taken, in seconds since the epoch"},
    {Self::kSnapshotAge, "snapshot_age_seconds", false, "",
     "How old the snapshot before this one was when this one replaced it"},
    {Self::kMapEntries, "map_entries", false, "config,map", "Entries that this snapshot read"},
    {Self::kMapMaxEntries, "map_max_entries", false, "config,map", "Entries that the map can hold"},
    {Self::kMapMemory, "map_memory_bytes", false, "config,map",
     "Kernel memory that the map is charged with"},
    {Self::kMapReadErrors, "map_read_errors_total", true, "config,map",
     "Snapshots in which the map could not be read whole"},
    {Self::kMetricSeries, "metric_series", false, "config,metric", "Series in this snapshot"},
    {Self::kRowsSkipped, "rows_skipped_total", true, "config,metric,reason",
     "Map keys that make no series, counted when they are first seen"},
    {Self::kSeriesOverLimit, "series_over_limit", false, "config,metric",
     "Keys left out of this snapshot because the metric has too many series"},
    {Self::kDecoderErrors, "decoder_errors_total", true, "config",
     "How many times has decoders encountered errors"},
    {Self::kEventsLost, "events_lost_total", true, "config,map,reason",
     "Records of event buffers that no counter counts"},
    {Self::kHttpRequests, "http_requests_total", true, "path,code", "HTTP requests answered"},
    {Self::kPageBytes, "page_bytes", false, "encoding",
     "Size of the page of metrics that was sent last"},
    {Self::kCpuSeconds, "process_cpu_seconds_total", true, "",
     "Total user and system CPU time spent in seconds"},
    {Self::kOpenFds, "process_open_fds", false, "", "Number of open file descriptors"},
    {Self::kMaxFds, "process_max_fds", false, "", "Maximum number of open file descriptors"},
    {Self::kVirtualMemory, "process_virtual_memory_bytes", false, "",
     "Virtual memory size in bytes"},
    {Self::kVirtualMemoryMax, "process_virtual_memory_max_bytes", false, "",
     "Maximum amount of virtual memory available in bytes"},
    {Self::kResidentMemory, "process_resident_memory_bytes", false, "",
     "Resident memory size in bytes"},
    {Self::kStartTime, "process_start_time_seconds", false, "",
     "Start time of the process since unix epoch in seconds"},
    {Self::kThreads, "process_threads", false, "", "Number of threads of the process"},
}};

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable[i].which != static_cast<Self>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

std::string ExposedName(const SelfMetric& metric, const std::string& prefix) {
  const std::string name(metric.name);
  return name.starts_with("process_") ? name : prefix + name;
}

std::span<const SelfMetric> SelfMetricTable() { return kTable; }

}  // namespace bpf_exporter::metrics
