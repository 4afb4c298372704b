// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_values_test.cc, unresolvable_test.cc
#include "plan/resolve.h"

#include <fmt/core.h>

#include <algorithm>

#include "plan/attach_points.h"
#include "plan/constants.h"
#include "plan/counted_twice.h"
#include "plan/either_of.h"
#include "plan/extras.h"
#include "plan/map_checks.h"
#include "plan/map_settings.h"
#include "plan/metric.h"
#include "plan/programs.h"
#include "plan/variables.h"

namespace bpf_exporter::plan {
namespace {

// Counts the records once for all metrics of the map.
void AddEvents(const Scope& scope, const config::MetricSpec& spec, const EventsPlan& events,
               MapPlan& map) {
  if (!map.events) {
    map.events = events;
    return;
  }
  map.events->record_size = std::max(map.events->record_size, events.record_size);
  map.events->max_keys = std::max(map.events->max_keys, events.max_keys);
  if (map.events->flush_interval != events.flush_interval) {
    scope.diagnostics.Error(
        spec.name.at, fmt::format("map '{}' feeds another counter with another 'flush_interval'; "
                                  "its records are counted once for both",
                                  map.layout.name));
  }
}

// Several metrics over one map share its plan, so that it is read once.
void Add(const Scope& scope, const config::MetricSpec& spec, const ResolvedMetric& metric,
         std::vector<MapPlan>& maps) {
  auto known = std::find_if(maps.begin(), maps.end(), [&](const MapPlan& map) {
    return map.layout.name == metric.map->name;
  });
  if (known == maps.end()) known = maps.insert(known, {*metric.map, {}});
  known->metrics.push_back(metric.plan);
  if (metric.events) AddEvents(scope, spec, *metric.events, *known);
}

// Returns those of `candidates` that nobody reads or fills, each once.
std::vector<std::string> IdleMaps(const config::Config& config, const std::vector<MapPlan>& used,
                                  std::vector<std::string> candidates) {
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::erase_if(candidates, [&](const std::string& name) {
    if (IsSection(name)) return true;  // programs need it
    if (config.cgroup_id_map && config.cgroup_id_map->name.value == name) return true;
    return std::any_of(used.begin(), used.end(),
                       [&](const MapPlan& map) { return map.layout.name == name; });
  });
  return candidates;
}

}  // namespace

std::optional<ConfigPlan> Resolve(const config::Config& config, object::ObjectLayout object,
                                  const ResolveOptions& options, host::Host& host,
                                  config::Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.errors();
  ApplyMapSettings(config, object, diagnostics);
  Scope scope{config, object, options, host, diagnostics};
  scope.constants = PlanConstants(scope);
  // What a condition leaves out is checked all the same, but the host must not get ready for it.
  host::Host unused;
  Scope checked{
      config, object, options, unused, diagnostics, scope.constants, scope.expressions_size};
  std::vector<MapPlan> maps;
  std::vector<std::string> left_out;
  for (const config::MetricSpec& metric : config.metrics) {
    const bool holds = Holds(scope, metric.condition);
    const std::optional<ResolvedMetric> resolved = ResolveMetric(holds ? scope : checked, metric);
    if (resolved && holds) Add(scope, metric, *resolved, maps);
    if (resolved && !holds) left_out.push_back(resolved->map->name);
  }
  const std::size_t before_programs = diagnostics.errors();
  std::vector<ProgramPlan> programs = PlanPrograms(scope);
  std::vector<EitherOf> either_of = PlanEitherOf(scope, programs);
  // What does not run for want of an entry is unknown where entries are wrong.
  if (diagnostics.errors() == before_programs) CheckAttachPoints(scope);
  CheckMaps(scope);
  WarnOfLruCounters(scope);
  CheckCountedTwice(scope, programs);
  CheckKaddrs(scope);
  CheckCgroupIdMap(scope);
  CheckSpans(scope);
  if (diagnostics.errors() != errors_before) return std::nullopt;
  ConfigPlan plan;
  plan.name = config.name;
  plan.description = config.description;
  plan.object = std::move(object);
  plan.programs = std::move(programs);
  plan.either_of = std::move(either_of);
  plan.idle_maps = IdleMaps(config, maps, std::move(left_out));
  plan.maps = std::move(maps);
  plan.constants = std::move(scope.constants);
  for (const config::Text& symbol : config.kaddrs) plan.kaddrs.push_back(symbol.value);
  plan.cgroup_id_map = config.cgroup_id_map;
  return plan;
}

}  // namespace bpf_exporter::plan
