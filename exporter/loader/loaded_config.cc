// SPDX-License-Identifier: Apache-2.0
#include "loader/loaded_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "plan/attach_points.h"

namespace bpf_exporter::loader {
namespace {

metrics::ProgramStatus StatusOf(const kernel::ProgramState& state) {
  return {state.name,    state.section, state.attached, state.needed,
          state.problem, state.id,      state.tag};
}

// The programs of an object that is not in the kernel.
std::vector<metrics::ProgramStatus> NotLoaded(const plan::ConfigPlan& plan) {
  std::vector<metrics::ProgramStatus> programs;
  for (const object::ProgramLayout& layout : plan.object.programs) {
    metrics::ProgramStatus& program = programs.emplace_back(
        metrics::ProgramStatus{.name = layout.name, .section = layout.section});
    program.needed = plan::IsNeeded(layout, plan.config);
    if (plan::IsAskedFor(layout, plan.config)) program.problem = "the object is not in the kernel";
  }
  return programs;
}

void Fail(RunningConfig& config, std::string problem) {
  log::Error("config '{}': {}", config.status.name, problem);
  config.status.problem = std::move(problem);
  config.events = {};
  config.cgroups.reset();
  config.object.reset();
}

// What became of each program, in the log and in the status; the number of attached ones.
std::size_t NoteAttachments(RunningConfig& config) {
  std::size_t attached = 0;
  config.status.programs.clear();
  for (const kernel::ProgramState& program : config.object->programs()) {
    config.status.programs.push_back(StatusOf(program));
    if (program.attached) ++attached;
    if (program.attached || program.problem.empty()) continue;
    const std::string text = fmt::format("config '{}': program '{}': {}", config.status.name,
                                         program.name, program.problem);
    if (program.needed) {
      log::Warn("{}", text);
      config.missed_attachment = true;
    } else {
      log::Info("{}", text);
    }
  }
  return attached;
}

// A record is taken by one reader, and a perf event array has one set of buffers; so a pinned map
// of records feeds one of the configurations that share it.
Status CheckRecordsAreFree(const RunningConfig& config, std::span<const RunningConfig> others) {
  for (const plan::MapPlan& map : config.plan->maps) {
    if (!map.events) continue;
    const std::uint32_t id = config.object->MapId(map.layout.name);
    for (const RunningConfig& other : others) {
      if (!other.object || id == 0) continue;
      for (const plan::MapPlan& taken : other.plan->maps) {
        if (!taken.events || other.object->MapId(taken.layout.name) != id) continue;
        return Error{fmt::format(
            "map '{}' is pinned, and config '{}' counts its records already; each can be read only "
            "once: leave the map's metrics out of one of the two",
            map.layout.name, other.status.name)};
      }
    }
  }
  return {};
}

void LoadAndAttach(RunningConfig& config, std::span<const RunningConfig> others,
                   const kernel::LoadOptions& options, std::uint32_t buffer_pages,
                   host::Host& host) {
  config.status.programs = NotLoaded(*config.plan);
  Result<kernel::LoadedObject> object = kernel::LoadedObject::Load(*config.plan, options);
  if (!object) {
    Fail(config, object.error().Message());
    return;
  }
  config.object = *std::move(object);
  if (const Status free = CheckRecordsAreFree(config, others); !free) {
    Fail(config, free.error().Message());
    return;
  }
  Result<ConfigEvents> events = OpenEvents(*config.plan, *config.object, buffer_pages);
  if (!events) {
    Fail(config, events.error().Message());
    return;
  }
  config.events = *std::move(events);
  if (const auto& map = config.plan->config.cgroup_id_map; map && !map->name.value.empty()) {
    config.cgroups.emplace(config.status.name, *map, config.object->MapFd(map->name.value), host);
  }
  config.object->Attach();
  const std::size_t attached = NoteAttachments(config);
  const std::size_t programs = config.status.programs.size();
  if (attached == 0 && config.missed_attachment) {
    config.status.problem = fmt::format("none of its programs ({}) could be attached", programs);
    log::Error("config '{}': {}; its maps are served as they are", config.status.name,
               config.status.problem);
    return;
  }
  config.status.up = true;
  log::Info("config '{}': up, {} of {} programs attached", config.status.name, attached, programs);
}

}  // namespace

std::vector<RunningConfig> RunConfigs(std::vector<PlannedConfig> planned,
                                      const kernel::LoadOptions& options,
                                      std::uint32_t buffer_pages, host::Host& host) {
  std::vector<RunningConfig> running;
  for (PlannedConfig& config : planned) {
    RunningConfig& added = running.emplace_back();
    added.status.name = config.source.name;
    added.plan = std::move(config.plan);
    if (added.plan) {
      added.status.description = added.plan->config.description;
      const auto others = std::span<const RunningConfig>(running).first(running.size() - 1);
      LoadAndAttach(added, others, options, buffer_pages, host);
    } else {
      log::Error("config '{}': cannot work, see above", added.status.name);
      added.status.problem = std::move(config.messages);
    }
  }
  return running;
}

std::vector<metrics::ConfigStatus> StatusesOf(const std::vector<RunningConfig>& configs) {
  std::vector<metrics::ConfigStatus> statuses;
  for (const RunningConfig& config : configs) statuses.push_back(config.status);
  return statuses;
}

Result<kernel::EventReader> ReadEvents(std::vector<RunningConfig>& configs) {
  std::vector<kernel::EventBuffers> buffers;
  for (RunningConfig& config : configs) {
    buffers.push_back(std::exchange(config.events.buffers, kernel::EventBuffers()));
  }
  return kernel::EventReader::Start(std::move(buffers));
}

std::vector<metrics::MapToRead> MapSources(std::vector<RunningConfig>& configs) {
  std::vector<metrics::MapToRead> sources;
  for (RunningConfig& config : configs) {
    if (!config.object) continue;
    for (const plan::MapPlan& map : config.plan->maps) {
      Result<std::unique_ptr<metrics::MapReader>> reader =
          map.events ? EventReaderOf(map, *config.object, config.events)
                     : config.object->Reader(map.layout.name);
      if (reader) {
        sources.push_back({config.status.name, map, *std::move(reader)});
      } else {
        log::Error("config '{}': {}", config.status.name, reader.error().Message());
      }
    }
  }
  return sources;
}

}  // namespace bpf_exporter::loader
