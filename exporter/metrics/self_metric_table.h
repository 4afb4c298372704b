// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bpf_exporter::metrics {

// The metrics of the exporter itself; the rows of SelfMetricTable() are in this order.
enum class Self {
  kBuildInfo,
  kEnabledConfigs,
  kConfigUp,
  kProgramInfo,
  kProgramAttached,
  kProgramsMissed,
  kProgramRunTime,
  kProgramRunCount,
  kSnapshots,
  kSnapshotDuration,
  kSnapshotTimestamp,
  kSnapshotAge,
  kMapEntries,
  kMapMaxEntries,
  kMapMemory,
  kMapReadErrors,
  kMetricSeries,
  kRowsSkipped,
  kSeriesOverLimit,
  kDecoderErrors,
  kEventsLost,
  kHttpRequests,
  kPageBytes,
  kCpuSeconds,
  kOpenFds,
  kMaxFds,
  kVirtualMemory,
  kVirtualMemoryMax,
  kResidentMemory,
  kStartTime,
  kThreads,
};
inline constexpr std::size_t kSelfMetrics = static_cast<std::size_t>(Self::kThreads) + 1;

struct SelfMetric {
  Self which;
  std::string_view name;    // --metrics.prefix comes before it, except before process_*
  bool counter;             // else a gauge
  std::string_view labels;  // names, comma-separated
  std::string_view help;
};

// The name that is exposed.
std::string ExposedName(const SelfMetric& metric, const std::string& prefix);

// All of them; what the exporter exposes and what its documentation lists.
std::span<const SelfMetric> SelfMetricTable();

}  // namespace bpf_exporter::metrics
