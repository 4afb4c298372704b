// SPDX-License-Identifier: Apache-2.0
#include "plan/counted_twice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "plan/kernel_events.h"

namespace bpf_exporter::plan {
namespace {

struct Runner {
  std::string program;
  std::string by;
  bool by_entry = false;
};

bool Names(const std::vector<config::Text>& names, const std::string& program) {
  return std::any_of(names.begin(), names.end(),
                     [&](const config::Text& name) { return name.value == program; });
}

// Returns whether the configuration says what is to become of the two.
bool IsSettled(const config::Config& config, const std::string& one, const std::string& other) {
  for (const std::vector<config::Text>& both : config.both) {
    if (Names(both, one) && Names(both, other)) return true;
  }
  for (const config::EitherOfSpec& group : config.either_of) {
    const auto alternative_of = [&](const std::string& program) {
      return std::find_if(group.alternatives.begin(), group.alternatives.end(),
                          [&](const auto& names) { return Names(names, program); });
    };
    const auto first = alternative_of(one), second = alternative_of(other);
    const auto none = group.alternatives.end();
    if (first != none && second != none && first != second) return true;
  }
  return false;
}

// Returns those of the runners that are in another's way.
std::vector<Runner> Unsettled(const config::Config& config, const std::vector<Runner>& runners) {
  std::vector<Runner> unsettled;
  for (const Runner& one : runners) {
    const bool twice = std::any_of(runners.begin(), runners.end(), [&](const Runner& other) {
      return one.program != other.program &&
             (one.by != other.by || one.by_entry != other.by_entry) &&
             !IsSettled(config, one.program, other.program);
    });
    if (twice) unsettled.push_back(one);
  }
  return unsettled;
}

// Returns "by_btf, by_raw" for `any: […]`, best first; programs of one way belong together.
std::string AnyOf(std::vector<Runner> runners) {
  const auto way = [](const Runner& runner) {
    return std::tuple(RankOf(runner.by), runner.by, runner.by_entry);
  };
  std::stable_sort(runners.begin(), runners.end(),
                   [&](const Runner& one, const Runner& other) { return way(one) < way(other); });
  std::vector<std::string> alternatives;
  for (std::size_t i = 0; i < runners.size();) {
    const auto first = way(runners[i]);
    std::vector<std::string> names;
    for (; i < runners.size() && way(runners[i]) == first; ++i) names.push_back(runners[i].program);
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    alternatives.push_back(names.size() == 1 ? list : "[" + list + "]");
  }
  return fmt::format("{}", fmt::join(alternatives, ", "));
}

// Returns where the configuration names one of them first, else where it names the object.
config::Position PlaceOf(const Scope& scope, const std::vector<Runner>& runners) {
  for (const config::ProbeSpec& probe : scope.config.probes) {
    const bool is_one = std::any_of(runners.begin(), runners.end(), [&](const Runner& runner) {
      return runner.program == probe.program.value;
    });
    if (is_one && !probe.disabled) return probe.program.at;
  }
  return scope.config.object.at;
}

}  // namespace

void CheckCountedTwice(const Scope& scope, const std::vector<ProgramPlan>& programs) {
  std::vector<std::string> known;
  for (const ProgramPlan& program : programs) known.push_back(program.name);
  for (const std::vector<config::Text>& both : scope.config.both) {
    for (const config::Text& name : both) {
      if (std::find(known.begin(), known.end(), name.value) != known.end()) continue;
      scope.diagnostics.Error(
          name.at, fmt::format("{} has no program '{}'{}", ObjectSubject(scope.object), name.value,
                               Suggest(name.value, known, "its programs")));
    }
  }
  std::map<std::string, std::vector<Runner>> events;
  for (const ProgramPlan& program : programs) {
    if (!program.wanted || program.only_called) continue;
    for (const Place& place : program.places) {
      for (KernelEvent& event : EventsAt(program, place)) {
        const bool by_entry = place.kind.has_value() && !place.of_section;
        events[event.event].push_back({program.name, std::move(event.by), by_entry});
      }
    }
  }
  for (const auto& [event, runners] : events) {
    const std::vector<Runner> unsettled = Unsettled(scope.config, runners);
    if (unsettled.empty()) continue;
    std::vector<std::string> names, shown;
    for (const Runner& runner : unsettled) {
      names.push_back(runner.program);
      shown.push_back(fmt::format("'{}' ({})", runner.program, runner.by));
    }
    scope.diagnostics.Warning(
        PlaceOf(scope, unsettled),
        fmt::format("{}: programs {} all run at the {}, so it may be counted more than once; under "
                    "probes: `- any: [{}]` takes the first that works, `- both: [{}]` keeps them "
                    "all without this warning",
                    ObjectSubject(scope.object), fmt::join(shown, ", "), event, AnyOf(unsettled),
                    fmt::join(names, ", ")));
  }
}

}  // namespace bpf_exporter::plan
