// SPDX-License-Identifier: Apache-2.0
#include "plan/programs.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/wildcard.h"
#include "object/program_types.h"
#include "plan/attach_points.h"
#include "plan/either_of.h"
#include "plan/functions_section.h"
#include "plan/perf_event_names.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::size_t kMaxPlaces = 4096;

// A place, and where the configuration names it.
struct NamedPlace {
  Place place;
  config::Position at;
};

// The places of an entry: each target is one, or all targets are the alternatives of one; in each
// of its binaries.
std::vector<NamedPlace> PlacesOf(const config::ProbeSpec& probe) {
  Place place;
  place.kind = probe.kind;
  place.direction = probe.direction.value;
  place.provider = probe.provider.value;
  place.frequency = probe.frequency;
  place.pid = probe.pid;
  place.optional = probe.optional;
  std::vector<NamedPlace> places;
  const std::vector<config::Text> none(1);
  for (const config::Text& binary : probe.binaries.empty() ? none : probe.binaries) {
    place.binary = binary.value;
    bool first = true;
    for (const config::Text& target : probe.targets) {
      if (first || probe.every_target) places.push_back({place, target.at});
      first = false;
      places.back().place.targets.push_back(target.value);
    }
  }
  return places;
}

// Returns how many places an entry has: each is a link, and is compared with all others.
std::size_t CountPlaces(const config::ProbeSpec& probe) {
  const std::size_t targets = probe.every_target ? probe.targets.size() : 1;
  return targets * std::max<std::size_t>(probe.binaries.size(), 1);
}

// One program while its entries are read.
class Planner {
 public:
  Planner(const Scope& scope, const object::ProgramLayout& layout)
      : scope_(scope), layout_(layout) {
    plan_.name = layout.name;
    plan_.config = scope.config.name;
    plan_.section = layout.section;
    plan_.type = layout.type;
    if (plan_.type != BPF_PROG_TYPE_UNSPEC) return;
    if (!InterfaceOfXdpSection(layout.section).empty()) {
      SetType(config::ProbeKind::kXdp);
    } else if (IsPerfEventSection(layout.section)) {
      SetType(config::ProbeKind::kPerfEvent);
    } else if (const std::optional<Place> place = PlaceOfFunctions(layout.section)) {
      SetType(*place->kind);
    }
  }

  const std::string& name() const { return plan_.name; }

  void Add(const config::ProbeSpec& probe) {
    if (probe.disabled) {
      // An entry with a place is only left out; without one it is about the program.
      const bool whole = probe.at.line == 0;
      if (whole) disabled_at_ = probe.program.at;
      disabled_ = true;
      return;
    }
    line_ = probe.program.at.line;
    const bool first = entries_++ == 0;
    needed_entries_ += probe.optional ? 0 : 1;
    if (plan_.type == BPF_PROG_TYPE_UNSPEC) {
      SetType(probe.kind);
      typed_in_line_ = probe.at.line;
    }
    if (!CheckKind(probe) || !CheckPatterns(probe) || !CheckPerfEvent(probe)) return;
    if (first) {
      plan_.cgroup_type = probe.type.value;
    } else if (plan_.cgroup_type != probe.type.value) {
      scope_.diagnostics.Error(probe.type.at.line > 0 ? probe.type.at : probe.at,
                               "cgroup: a program has one type; use a program for each");
    }
    const std::size_t places = CountPlaces(probe);
    if (places > kMaxPlaces || places_.size() + places > kMaxPlaces) {
      scope_.diagnostics.Error(
          probe.at, fmt::format("program '{}': {} places; a program may be attached in {} at most",
                                plan_.name, places_.size() + places, kMaxPlaces));
      return;
    }
    for (NamedPlace& added : PlacesOf(probe)) AddPlace(std::move(added));
  }

  ProgramPlan Finish() {
    for (NamedPlace& named : places_) plan_.places.push_back(std::move(named.place));
    const bool has_entry = entries_ > 0;
    if (has_entry && disabled_at_.line > 0) {
      scope_.diagnostics.Error(
          disabled_at_,
          fmt::format("program '{}' is disabled here and not in line {}", plan_.name, line_));
    }
    plan_.disabled = disabled_ && !has_entry;
    const config::EitherOfSpec* group = FindEitherOf(scope_.config, layout_.name);
    plan_.wanted = !plan_.disabled && (layout_.autoload || has_entry || group != nullptr);
    plan_.only_called = layout_.tail_called && !SectionAttaches(layout_) && !has_entry;
    plan_.optional = has_entry && needed_entries_ == 0;
    plan_.needed = plan_.wanted && !plan_.only_called && !plan_.optional;
    if (group != nullptr && group->optional) plan_.needed = false;
    if (plan_.wanted && !plan_.only_called && !has_entry) {
      plan_.places.push_back(PlaceOfSection());
      plan_.idle = WhyIdle(layout_);
    }
    return std::move(plan_);
  }

 private:
  void SetType(config::ProbeKind kind) {
    plan_.type = InfoOf(kind).types.front();
    plan_.expected_attach_type = InfoOf(kind).attach_type;
  }

  // Whether a program of its type and section can attach as the entry says.
  bool CheckKind(const config::ProbeSpec& probe) {
    const ProbeKindInfo& info = InfoOf(probe.kind);
    bool fits = std::find(info.types.begin(), info.types.end(), plan_.type) != info.types.end();
    // For the kernel these are all of one type; the section tells them apart.
    if (IsTiedToOneTarget(layout_.type)) fits = fits && KindOfSection(plan_.section) == probe.kind;
    if (fits) return true;
    const std::string reason = typed_in_line_ > 0
                                   ? fmt::format("by its entry in line {}", typed_in_line_)
                                   : fmt::format("(section \"{}\")", plan_.section);
    scope_.diagnostics.Error(
        probe.at,
        fmt::format("program '{}' is a {} program {}; {} needs SEC(\"{}\")", plan_.name,
                    object::ProgramTypeName(plan_.type), reason, info.key, info.sections.front()));
    return false;
  }

  // Whether the patterns of an entry say what they can, where there can be any.
  bool CheckPatterns(const config::ProbeSpec& probe) {
    Place place;
    place.kind = probe.kind;
    bool right = true;
    for (const config::Text& target : probe.targets) {
      place.targets = {target.value};
      std::string_view wrong;
      if (HasFunctionPattern(place)) {
        wrong = WrongPattern(target.value);
      } else if (HasWildcard(target.value)) {
        wrong = WhyNoPattern(probe.kind);
      }
      if (wrong.empty()) continue;
      scope_.diagnostics.Error(
          target.at, fmt::format("{} {}: {}", InfoOf(probe.kind).key, Quoted(target.value), wrong));
      right = false;
    }
    return right;
  }

  // Whether an entry for a perf event names one.
  bool CheckPerfEvent(const config::ProbeSpec& probe) {
    if (probe.kind != config::ProbeKind::kPerfEvent) return true;
    for (const config::Text& event : probe.targets) {
      if (PerfEventByName(event.value)) continue;
      scope_.diagnostics.Error(event.at,
                               fmt::format("perf_event: unknown event {}{}", Quoted(event.value),
                                           Suggest(event.value, PerfEventNames(),
                                                   "besides TYPE/CONFIG in numbers there are")));
      return false;
    }
    return true;
  }

  // Notes what earlier places have of the functions that a pattern matches.
  void LeaveOutFunctionsBefore(Place& place) const {
    if (!HasFunctionPattern(place)) return;
    for (const NamedPlace& before : places_) {
      Place same = place;
      same.targets = before.place.targets;
      if (same.targets.size() == 1 && Covers(before.place, same)) {
        place.except.push_back(same.target());
      }
    }
  }

  void AddPlace(NamedPlace added) {
    const auto known = std::find_if(places_.begin(), places_.end(), [&](const NamedPlace& before) {
      return Covers(before.place, added.place);
    });
    if (known != places_.end()) {
      scope_.diagnostics.Warning(
          added.at, fmt::format("program '{}' is attached to {} already, by line {}; it is "
                                "attached there once",
                                plan_.name, PlaceName(added.place), known->at.line));
    } else if (!places_.empty() && IsTiedToOneTarget(plan_.type)) {
      scope_.diagnostics.Error(
          added.at, fmt::format("{}: the kernel ties program '{}' to one function when it loads "
                                "it; use a program for each",
                                InfoOf(*added.place.kind).key, plan_.name));
    } else {
      LeaveOutFunctionsBefore(added.place);
      places_.push_back(std::move(added));
    }
  }

  Place PlaceOfSection() const {
    if (std::optional<Place> functions = PlaceOfFunctions(layout_.section)) return *functions;
    Place place;
    place.binary = BinaryOfSection(layout_.section);
    const std::string_view interface = InterfaceOfXdpSection(layout_.section);
    if (interface.empty()) return place;
    place.kind = config::ProbeKind::kXdp;
    place.targets.emplace_back(interface);
    return place;
  }

  const Scope& scope_;
  const object::ProgramLayout& layout_;
  ProgramPlan plan_;
  std::vector<NamedPlace> places_;
  std::size_t entries_ = 0;
  std::size_t needed_entries_ = 0;
  bool disabled_ = false;         // by one of its entries
  config::Position disabled_at_;  // the entry that disables the whole program
  int line_ = 0;                  // of its last entry that counts
  int typed_in_line_ = 0;         // of the entry that gave the type; 0: the section did
};

}  // namespace

std::vector<ProgramPlan> PlanPrograms(const Scope& scope) {
  std::vector<Planner> planners;
  std::vector<std::string> names;
  for (const object::ProgramLayout& program : scope.object.programs) {
    planners.emplace_back(scope, program);
    names.push_back(program.name);
  }
  for (const config::ProbeSpec& probe : scope.config.probes) {
    const std::string& name = probe.program.value;
    const auto planner = std::find_if(planners.begin(), planners.end(),
                                      [&](const Planner& one) { return one.name() == name; });
    if (planner != planners.end()) {
      planner->Add(probe);
      continue;
    }
    scope.diagnostics.Error(probe.program.at,
                            fmt::format("{} has no program {}{}", ObjectSubject(scope.object),
                                        Quoted(name), Suggest(name, names, "its programs")));
  }
  std::vector<ProgramPlan> plans;
  for (Planner& planner : planners) plans.push_back(planner.Finish());
  return plans;
}

}  // namespace bpf_exporter::plan
