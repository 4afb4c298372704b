// SPDX-License-Identifier: Apache-2.0
// Tests: either_of_test.cc
#include "plan/either_of.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

const ProgramPlan* Find(const std::vector<ProgramPlan>& programs, std::string_view name) {
  const auto found = std::find_if(programs.begin(), programs.end(),
                                  [&](const ProgramPlan& one) { return one.name == name; });
  return found == programs.end() ? nullptr : &*found;
}

}  // namespace

const config::EitherOfSpec* FindEitherOf(const config::Config& config, std::string_view program) {
  for (const config::EitherOfSpec& group : config.either_of) {
    for (const std::vector<config::Text>& alternative : group.alternatives) {
      const auto is_it = [&](const config::Text& name) { return name.value == program; };
      if (std::any_of(alternative.begin(), alternative.end(), is_it)) return &group;
    }
  }
  return nullptr;
}

std::vector<EitherOf> PlanEitherOf(const Scope& scope, const std::vector<ProgramPlan>& programs) {
  std::vector<std::string> known;
  for (const ProgramPlan& program : programs) known.push_back(program.name);
  std::map<std::string, int> lines;  // of the programs that are in a group
  std::vector<EitherOf> plans;
  for (const config::EitherOfSpec& group : scope.config.either_of) {
    EitherOf plan;
    plan.optional = group.optional;
    for (const std::vector<config::Text>& alternative : group.alternatives) {
      std::vector<std::string> names;
      bool disabled = false;
      for (const config::Text& name : alternative) {
        const ProgramPlan* program = Find(programs, name.value);
        if (program == nullptr) {
          scope.diagnostics.Error(
              name.at, fmt::format("{} has no program {}{}", ObjectSubject(scope.object),
                                   Quoted(name.value), Suggest(name.value, known, "its programs")));
          continue;
        }
        const auto [first, inserted] = lines.emplace(name.value, name.at.line);
        if (!inserted) {
          scope.diagnostics.Error(name.at, fmt::format("program '{}' is one of line {} already",
                                                       name.value, first->second));
        }
        disabled = disabled || program->disabled;
        names.push_back(name.value);
      }
      if (!disabled) plan.alternatives.push_back(std::move(names));
    }
    if (!plan.alternatives.empty()) plans.push_back(std::move(plan));
  }
  return plans;
}

}  // namespace bpf_exporter::plan
