// SPDX-License-Identifier: Apache-2.0
// Tests: failures_test.py, startup_test.py
#include "loader/loaded_config.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "kernel/attach/left_filters.h"
#include "kernel/load/alternatives.h"
#include "kernel/read/map_readers.h"
#include "loader/memory_limit.h"
#include "object/map_types.h"

namespace bpf_exporter::loader {
namespace {

// Returns the programs of an object that is not in the kernel.
std::vector<metrics::ProgramStatus> NotLoaded(const plan::ConfigPlan& plan) {
  const kernel::Alternatives alternatives(plan);
  std::vector<metrics::ProgramStatus> programs;
  for (const plan::ProgramPlan& planned : plan.programs) {
    metrics::ProgramStatus& program = programs.emplace_back(
        metrics::ProgramStatus{.name = planned.name, .section = planned.section});
    program.needed = planned.needed && !alternatives.LeavesOut(planned.name);
    if (planned.wanted) program.problem = "the object is not in the kernel";
  }
  return programs;
}

// Lets go of what uses the object's maps.
void LetGoOfMaps(RunningConfig& config) {
  config.events = {};
  config.cgroups.reset();
  config.cgroup_rows.clear();
}

void Fail(RunningConfig& config, std::string problem) {
  log::Error("config '{}': {}", config.status.name, problem);
  config.status.problem = std::move(problem);
  LetGoOfMaps(config);
  config.object.reset();
  config.promised_memory = 0;
}

// Logs why a program is not attached, or not at one of its places.
void LogProblem(const RunningConfig& config, const metrics::ProgramStatus& program,
                const std::string& problem, log::Level level) {
  log::Write(level, fmt::format("config '{}': program '{}': {}", config.status.name, program.name,
                                problem));
}

log::Level LevelOf(bool needed) { return needed ? log::Level::kWarning : log::Level::kInfo; }

void LogPlaces(const RunningConfig& config, const metrics::ProgramStatus& program) {
  for (const metrics::PlaceStatus& place : program.places) {
    if (place.attached) {
      log::Info("config '{}': program '{}': attached to {}{}", config.status.name, program.name,
                place.name, place.detail.empty() ? "" : fmt::format(" ({})", place.detail));
    } else if (place.waiting && program.attached) {
      LogProblem(config, program, place.problem, log::Level::kDebug);
    } else {
      LogProblem(config, program, place.problem, LevelOf(program.needed && place.needed));
    }
  }
}

// Logs what became of each program.
void LogPrograms(const RunningConfig& config) {
  for (const metrics::ProgramStatus& program : config.object->programs()) {
    if (!program.places.empty()) {
      LogPlaces(config, program);
    } else if (!program.attached && !program.problem.empty()) {
      LogProblem(config, program, program.problem, LevelOf(program.needed));
    }
  }
}

// Returns an error if one of `others` counts the records of a map that is pinned: a record is taken
// by one reader, and a perf event array has one set of buffers.
Status CheckRecordsAreFree(const RunningConfig& config, std::span<const RunningConfig> others) {
  for (const plan::MapPlan& map : config.plan->maps) {
    if (!map.events) continue;
    const std::uint32_t id = config.object->Map(map.layout.name).Id();
    for (const RunningConfig& other : others) {
      if (!other.object || id == 0) continue;
      for (const plan::MapPlan& taken : other.plan->maps) {
        if (!taken.events || other.object->Map(taken.layout.name).Id() != id) continue;
        return Error{fmt::format(
            "map '{}' is pinned, and config '{}' counts its records already; each can be read only "
            "once: leave the map's metrics out of one of the two",
            map.layout.name, other.status.name)};
      }
    }
  }
  return {};
}

// Returns the label of the map's keys that is a cgroup id; null if there is none.
const plan::LabelPlan* CgroupLabel(const plan::MapPlan& map) {
  for (const auto& metric : map.metrics) {
    for (const plan::LabelPlan& label : metric->labels) {
      const bool takes_ids =
          std::any_of(label.decoders.begin(), label.decoders.end(),
                      [](const auto& decoder) { return decoder->TakesCgroupIds(); });
      if (takes_ids && !label.is_cpu && label.size == sizeof(std::uint64_t)) return &label;
    }
  }
  return nullptr;
}

// Returns the hashes whose rows go with their cgroups.
std::vector<kernel::CgroupRows> CgroupRowsOf(const plan::ConfigPlan& plan,
                                             const kernel::ContainedObject& object,
                                             host::Host& host) {
  std::vector<kernel::CgroupRows> rows;
  for (const plan::MapPlan& map : plan.maps) {
    if (map.events || object::ShapeOf(map.layout.type) != object::MapShape::kRows) continue;
    const plan::LabelPlan* label = CgroupLabel(map);
    if (label == nullptr) continue;
    rows.emplace_back(object.Map(map.layout.name).fd(), map.layout.key_size, label->offset, host);
  }
  return rows;
}

// What one configuration is loaded with.
struct Loading {
  std::span<const RunningConfig> others;  // those that are loaded already
  const RunOptions& options;
  host::Host& host;
};

// Returns an error if the maps would take too much of the kernel's memory. Where the kernel runs
// out of it, it kills other processes first.
Status CheckMemory(RunningConfig& config, const Loading& loading) {
  plan::ChargeOptions charged;
  charged.machine = host::ReadMachine();
  charged.buffer_pages = loading.options.buffer_pages;
  charged.is_pinned = [](const std::string& path) { return access(path.c_str(), F_OK) == 0; };
  std::uint64_t promised = 0;  // each of them fitted beside those before it
  for (const RunningConfig& other : loading.others) promised += other.promised_memory;
  const std::vector<plan::MapCharge> charges = plan::ChargesOf(*config.plan, charged);
  const Status fits = plan::CheckCharges(
      charges, LimitOf(loading.options.max_memory, host::ReadMemory(), promised));
  for (const plan::MapCharge& charge : charges) {
    if (fits) config.promised_memory += charge.memory.at_most - charge.memory.at_once;
  }
  return fits;
}

// Attaches a configuration whose object is loaded.
Status Attach(const Loading& loading, RunningConfig& config) {
  if (Status free = CheckRecordsAreFree(config, loading.others); !free) return free;
  Result<ConfigEvents> events =
      OpenEvents(*config.plan, *config.object, loading.options.buffer_pages);
  if (!events) return events.error();
  config.events = *std::move(events);
  if (const auto& map = config.plan->cgroup_id_map; map && !map->name.value.empty()) {
    config.cgroups.emplace(config.status.name, *map, config.object->Map(map->name.value).fd(),
                           loading.host);
  }
  config.cgroup_rows = CgroupRowsOf(*config.plan, *config.object, loading.host);
  return config.object->Attach();
}

// Loads and attaches a configuration with the first alternatives of its either-of groups that work.
Status Load(const Loading& loading, RunningConfig& config) {
  Result<kernel::ContainedObject> object =
      kernel::ContainedObject::Load(*config.plan, loading.options.load);
  if (!object) return object.error();
  config.object = *std::move(object);
  for (;;) {
    if (Status attached = Attach(loading, config); !attached) return attached;
    if (!config.object->HasNext()) return {};
    LetGoOfMaps(config);
    if (Status loaded = config.object->LoadNext(); !loaded) return loaded;
  }
}

void LoadAndAttach(RunningConfig& config, const Loading& loading) {
  config.status.programs = NotLoaded(*config.plan);
  if (const Status fits = CheckMemory(config, loading); !fits) {
    Fail(config, fits.error().Message());
    return;
  }
  if (const Status loaded = Load(loading, config); !loaded) {
    Fail(config, loaded.error().Message());
    return;
  }
  if (config.object->followed().process) {
    config.status.restarts = 0;
  } else {
    config.plan->object.bytes.reset();  // loaded, large, and not loaded again
  }
  config.status.either_of = config.object->EitherOf();
  LogPrograms(config);
  UpdateStatus(config);
}

// Takes away what earlier runs of these configurations left that were killed; it would count beside
// what is attached now. Before any is attached: then qdiscs that only they used go, too.
void RemoveLeftFilters(const std::vector<PlannedConfig>& planned) {
  std::vector<std::string> names;
  for (const PlannedConfig& config : planned) names.push_back(config.source.name);
  const Status removed = kernel::RemoveLeftFilters(names);
  if (!removed) log::Warn("{}", removed.error().Message());
}

}  // namespace

std::vector<RunningConfig> RunConfigs(std::vector<PlannedConfig> planned, const RunOptions& options,
                                      host::Host& host) {
  RemoveLeftFilters(planned);
  std::vector<RunningConfig> running;
  for (PlannedConfig& config : planned) {
    RunningConfig& added = running.emplace_back();
    added.status.name = config.source.name;
    added.plan = std::move(config.plan);
    if (added.plan) {
      added.status.description = added.plan->description;
      for (const plan::ConstantPlan& constant : added.plan->constants) {
        added.status.constants.emplace_back(constant.name, constant.text);
      }
      const auto others = std::span<const RunningConfig>(running).first(running.size() - 1);
      LoadAndAttach(added, {others, options, host});
    } else {
      log::Error("config '{}': cannot work, see above", added.status.name);
      added.status.problem = std::move(config.messages);
    }
  }
  return running;
}

Status DropRights(std::vector<RunningConfig>& configs) {
  for (RunningConfig& config : configs) {
    if (!config.object) continue;
    if (Status dropped = config.object->DropRights(); !dropped) return dropped;
  }
  return {};
}

void LetGo(std::vector<RunningConfig>& configs) {
  while (!configs.empty()) configs.pop_back();
}

Status StartAgain(RunningConfig& config) {
  if (Status started = config.object->StartAgain(*config.plan); !started) return started;
  config.status.either_of = config.object->EitherOf();
  config.status.restarts = config.status.restarts.value_or(0) + 1;
  LogPrograms(config);
  UpdateStatus(config);
  return {};
}

void UpdateStatus(RunningConfig& config) {
  metrics::ConfigStatus& status = config.status;
  status.programs = config.object->programs();
  const auto is_attached = [](const metrics::ProgramStatus& program) { return program.attached; };
  const auto attached = std::count_if(status.programs.begin(), status.programs.end(), is_attached);
  const bool up = attached > 0 || !status.MissesPrograms();
  if (up && !status.up) {
    status.problem.clear();
    log::Info("config '{}': up, {} of {} programs attached", status.name, attached,
              status.programs.size());
  } else if (!up && status.problem.empty()) {
    status.problem = fmt::format("none of its programs ({}) {}", status.programs.size(),
                                 status.up ? "is attached now" : "could be attached");
    log::Error("config '{}': {}; its maps are served as they are", status.name, status.problem);
  }
  status.up = up;
}

std::vector<metrics::ConfigStatus> StatusesOf(const std::vector<RunningConfig>& configs) {
  std::vector<metrics::ConfigStatus> statuses;
  for (const RunningConfig& config : configs) statuses.push_back(config.status);
  return statuses;
}

Result<kernel::EventReader> ReadEvents(std::vector<RunningConfig>& configs, host::CpuWatch cpus) {
  std::vector<kernel::EventBuffers> buffers;
  for (RunningConfig& config : configs) {
    buffers.push_back(std::exchange(config.events.buffers, kernel::EventBuffers()));
  }
  return kernel::EventReader::Start(std::move(buffers), std::move(cpus));
}

std::vector<metrics::MapToRead> MapSources(std::vector<RunningConfig>& configs) {
  std::vector<metrics::MapToRead> sources;
  const auto buffers = std::make_shared<kernel::ReadBuffers>();  // the collector reads map by map
  for (RunningConfig& config : configs) {
    if (!config.object) continue;
    for (const plan::MapPlan& map : config.plan->maps) {
      Result<std::unique_ptr<metrics::MapReader>> reader =
          map.events
              ? EventReaderOf(map, *config.object, config.events)
              : kernel::MakeMapReader(config.object->Map(map.layout.name), map.layout, buffers);
      if (reader) {
        sources.push_back({config.status.name, map, *std::move(reader),
                           config.object->CountedSince(map.layout.name)});
      } else {
        log::Error("config '{}': {}", config.status.name, reader.error().Message());
      }
    }
  }
  return sources;
}

}  // namespace bpf_exporter::loader
