// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/alternatives.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "plan/attach_points.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

constexpr std::string_view kEntry = "entry of ";
constexpr std::string_view kReturn = "return of ";

// Returns what programs at entry and return of a function have in common.
std::string_view FamilyOf(std::string_view by) {
  if (by == "fexit") return "fentry";
  if (by == "kretprobe") return "kprobe";
  return by == "kretprobe.multi" ? "kprobe.multi" : by;
}

bool Differ(const Runner& one, const Runner& other) {
  return one.at.event == other.at.event && one.at.by != other.at.by;
}

}  // namespace

std::vector<Runner> RunnersOf(const object::ObjectLayout& object) {
  std::vector<Runner> runners;
  for (const object::ProgramLayout& program : object.programs) {
    if (!program.autoload || !plan::SectionAttaches(program)) continue;
    plan::ProgramPlan planned;
    planned.section = program.section;
    planned.type = program.type;
    for (plan::KernelEvent& at : plan::EventsAt(planned, plan::Place())) {
      Runner& runner = runners.emplace_back(Runner{&program, std::move(at), {}, false});
      runner.subject = runner.at.event;
      for (const std::string_view end : {kEntry, kReturn}) {
        if (!runner.at.event.starts_with(end)) continue;
        runner.subject = runner.at.event.substr(end.size());
        runner.of_function = true;
      }
    }
  }
  return runners;
}

Group MakeGroup(std::vector<Runner> runners) {
  const auto way = [](const Runner& runner) {
    return std::pair(plan::RankOf(runner.at.by), FamilyOf(runner.at.by));
  };
  std::stable_sort(runners.begin(), runners.end(),
                   [&](const Runner& one, const Runner& other) { return way(one) < way(other); });
  Group group;
  group.of_function = runners.front().of_function;
  group.subject = runners.front().subject;
  std::vector<std::string> alternatives;
  for (std::size_t i = 0; i < runners.size();) {
    const auto first = way(runners[i]);
    std::vector<std::string> names;
    for (; i < runners.size() && way(runners[i]) == first; ++i) {
      names.push_back(Scalar(runners[i].program->name));
      group.programs.push_back(runners[i].program->name);
    }
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    alternatives.push_back(names.size() == 1 ? list : "[" + list + "]");
  }
  group.alternatives = fmt::format("{}", fmt::join(alternatives, ", "));
  return group;
}

bool ManyPlaces(const std::vector<Runner>& runners) {
  const auto of_function = [](const Runner& runner) { return runner.of_function; };
  if (std::none_of(runners.begin(), runners.end(), of_function)) return false;
  return std::any_of(runners.begin(), runners.end(), [&](const Runner& runner) {
    return runner.subject != runners.front().subject;
  });
}

std::vector<Group> GroupsOf(const std::vector<Runner>& runners) {
  std::vector<Group> groups;
  std::vector<std::string> done;
  for (const Runner& first : runners) {
    if (std::find(done.begin(), done.end(), first.subject) != done.end()) continue;
    done.push_back(first.subject);
    std::vector<Runner> together;
    for (const Runner& runner : runners) {
      if (runner.subject == first.subject) together.push_back(runner);
    }
    const bool twice = std::any_of(together.begin(), together.end(), [&](const Runner& one) {
      return std::any_of(together.begin(), together.end(),
                         [&](const Runner& other) { return Differ(one, other); });
    });
    if (twice) groups.push_back(MakeGroup(std::move(together)));
  }
  return groups;
}

}  // namespace bpf_exporter::propose
