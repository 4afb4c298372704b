// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/cpu_watch.h"
#include "host/host.h"
#include "kernel/cgroup_id_map.h"
#include "kernel/cgroup_rows.h"
#include "kernel/load/contained_object.h"
#include "kernel/read/event_reader.h"
#include "loader/event_counters.h"
#include "loader/plan_configs.h"
#include "metrics/map_source.h"
#include "metrics/status.h"

namespace bpf_exporter::loader {

// A configuration as it runs, or the reason why it does not.
struct RunningConfig {
  metrics::ConfigStatus status;
  std::optional<plan::ConfigPlan> plan;
  std::optional<kernel::ContainedObject> object;  // set once it is loaded
  ConfigEvents events;                            // after the object, whose maps it reads
  std::optional<kernel::CgroupIdMap> cgroups;     // after the object, whose map it writes
  std::vector<kernel::CgroupRows> cgroup_rows;    // after the object, whose maps it tidies
  std::uint64_t promised_memory = 0;  // what its maps still take when they fill, in bytes
};

struct RunOptions {
  kernel::LoadOptions load;
  std::uint32_t buffer_pages = 64;          // of a perf buffer, for each CPU
  std::optional<std::uint64_t> max_memory;  // see LimitOf()
};

// Loads and attaches every configuration that has a plan, each in a process of its own, which is
// left where programs are attached to what comes later, and logs how each fares. A configuration
// is not up if none of its programs could be attached; it has its metrics all the same, because
// dashboards count on them and another object may write to pinned maps. One whose maps would take
// more kernel memory than it may is not loaded. Call before threads exist.
std::vector<RunningConfig> RunConfigs(std::vector<PlannedConfig> planned, const RunOptions& options,
                                      host::Host& host);

// Lets the processes that the configurations have left give up their rights, as options.load says.
Status DropRights(std::vector<RunningConfig>& configs);

// Detaches and unloads, last first: of two that are at an interface the first made what both need.
void LetGo(std::vector<RunningConfig>& configs);

// Loads and attaches again, with the maps that it has, a configuration whose process has ended, and
// logs how its programs fare. After an error nothing is attached. Threads may exist.
Status StartAgain(RunningConfig& config);

// Brings `config.status` up to date with its programs, which are loaded, and logs whether the
// configuration is up, if that is new.
void UpdateStatus(RunningConfig& config);

// Returns how each configuration fares, in their order.
std::vector<metrics::ConfigStatus> StatusesOf(const std::vector<RunningConfig>& configs);

// Starts to read the buffers of all that are loaded; the configurations outlive the reader. `cpus`
// is from before they were.
Result<kernel::EventReader> ReadEvents(std::vector<RunningConfig>& configs, host::CpuWatch cpus);

// Returns the maps of all that are loaded, for the collector. A map that cannot be read is logged
// and left out.
std::vector<metrics::MapToRead> MapSources(std::vector<RunningConfig>& configs);

}  // namespace bpf_exporter::loader
