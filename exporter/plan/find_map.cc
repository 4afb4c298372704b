// SPDX-License-Identifier: Apache-2.0
// Tests: unresolvable_test.cc
#include "plan/find_map.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "object/map_types.h"
#include "plan/variables.h"

namespace bpf_exporter::plan {
namespace {

std::string WhyNotReadable(std::uint32_t type) {
  if (object::ShapeOf(type) == object::MapShape::kMaps) {
    return "; its values are other maps, which only the programs can follow";
  }
  return ", which bpf_exporter cannot read";
}

// What is wrong with reading events of `map` for `metric`; empty if nothing is.
std::string EventProblem(const config::MetricSpec& metric, const object::MapLayout& map) {
  const std::string type = object::MapTypeName(map.type);
  const auto is_of_type = [&] { return fmt::format("map '{}' is of type {}", map.name, type); };
  if (metric.perf_event_array && map.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
    return is_of_type() + "; 'perf_event_array: true' needs a perf_event_array";
  }
  if (metric.ringbuf && map.type != BPF_MAP_TYPE_RINGBUF) {
    return is_of_type() + "; 'ringbuf: true' needs a ringbuf";
  }
  if (!object::HasRecords(map.type)) return "";
  if (metric.kind != config::MetricKind::kCounter) {
    return is_of_type() + ", whose records only a counter can count";
  }
  if (!metric.value.value.empty()) {
    return is_of_type() + ", whose records count one each; leave 'value' out";
  }
  if (map.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && !metric.perf_event_array) {
    return is_of_type() + "; to count its records, say 'perf_event_array: true'";
  }
  if (map.type == BPF_MAP_TYPE_RINGBUF && !metric.ringbuf) {
    return is_of_type() + "; to count its records, say 'ringbuf: true'";
  }
  return "";
}

// Returns the section that `name` is short for, or which the kernel calls so: "bss", "object.bss".
const object::MapLayout* SectionLike(const object::ObjectLayout& object, std::string_view name) {
  for (const object::MapLayout& section : object.sections) {
    if (section.value == nullptr || section.name.empty()) continue;
    if (name.ends_with(section.name) || section.name.substr(1) == name) return &section;
  }
  return nullptr;
}

}  // namespace

const object::MapLayout* FindMap(const Scope& scope, const config::Text& name) {
  const auto& maps = scope.object.maps;
  const auto found = std::find_if(maps.begin(), maps.end(), [&](const object::MapLayout& map) {
    return map.name == name.value;
  });
  if (found != maps.end()) return &*found;
  std::string remedy = WhereVariableIs(scope.object, name.value);
  if (const auto* section = SectionLike(scope.object, name.value);
      section != nullptr && remedy.empty()) {
    remedy = fmt::format("; did you mean the section '{}'?", section->name);
  } else if (remedy.empty()) {
    std::vector<std::string> names;
    for (const object::MapLayout& map : maps) names.push_back(map.name);
    if (!names.empty()) remedy = Suggest(name.value, names, "its maps");
  }
  scope.diagnostics.Error(name.at, fmt::format("{} has no map {}{}", ObjectSubject(scope.object),
                                               Quoted(name.value), remedy));
  return nullptr;
}

const object::MapLayout* FindMap(const Scope& scope, const config::MetricSpec& metric) {
  const config::Text& name = metric.map.value.empty() ? metric.name : metric.map;
  const object::MapLayout* map =
      IsSection(name.value) ? FindSection(scope, name) : FindMap(scope, name);
  if (map == nullptr) return nullptr;
  std::string problem = EventProblem(metric, *map);
  if (problem.empty() && !object::HasRows(map->type) && !object::HasRecords(map->type)) {
    problem = fmt::format("map '{}' is of type {}{}", map->name, object::MapTypeName(map->type),
                          WhyNotReadable(map->type));
  }
  if (problem.empty() && (map->flags & BPF_F_WRONLY) != 0) {
    problem = fmt::format("map '{}' is made with BPF_F_WRONLY, so that only programs may read it",
                          map->name);
  }
  if (!problem.empty()) {
    scope.diagnostics.Error(name.at, std::move(problem));
    return nullptr;
  }
  return map;
}

}  // namespace bpf_exporter::plan
