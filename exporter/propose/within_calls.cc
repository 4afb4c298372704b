// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/within_calls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "object/map_types.h"
#include "object/map_users.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

using Calls = std::array<std::string_view, 6>;  // as many as there are, then empty

struct WithinCalls {
  std::string_view tracepoint;
  Calls calls;
};
constexpr WithinCalls kWithinCalls[] = {
    {"signal_generate",
     {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"}},
    {"sched_process_fork", {"fork", "vfork", "clone", "clone3"}},
    {"sched_process_exec", {"execve", "execveat"}},
    {"sched_process_exit", {"exit", "exit_group"}},
};
constexpr std::string_view kTracepoint = "tracepoint ";

// Returns whether the event is the entry or the return of one of the calls.
bool IsOfCalls(std::string_view event, const Calls& calls) {
  return std::any_of(calls.begin(), calls.end(), [&](std::string_view call) {
    return event == fmt::format("{}sys_enter_{}", kTracepoint, call) ||
           event == fmt::format("{}sys_exit_{}", kTracepoint, call);
  });
}

// Returns the programs that send to each buffer.
std::vector<std::set<std::string>> Senders(const object::ObjectLayout& object) {
  std::vector<std::set<std::string>> senders;
  for (const object::MapLayout& map : object.maps) {
    if (!object::HasRecords(map.type) || object.bytes == nullptr) continue;
    senders.push_back(object::ProgramsThatUseMap(*object.bytes, map.name));
  }
  return senders;
}

bool HaveOne(const std::vector<Runner>& runners, const std::set<std::string>& programs) {
  return std::any_of(runners.begin(), runners.end(),
                     [&](const Runner& runner) { return programs.contains(runner.program->name); });
}

// Returns the group of the tracepoint's programs, whose ways come first, and the calls'.
Group GroupOf(std::vector<Runner> within, const std::vector<Runner>& calls) {
  Group group = MakeGroup(std::move(within));
  std::vector<std::string> names;
  for (const Runner& runner : calls) {
    group.programs.push_back(runner.program->name);
    names.push_back(Scalar(runner.program->name));
  }
  group.alternatives += fmt::format(", [{}]", fmt::join(names, ", "));
  return group;
}

}  // namespace

std::vector<Group> GroupsWithinCalls(const object::ObjectLayout& object,
                                     const std::vector<Runner>& runners) {
  std::vector<Group> groups;
  for (const WithinCalls& known : kWithinCalls) {
    std::vector<Runner> within, calls;
    for (const Runner& runner : runners) {
      if (runner.at.event == fmt::format("{}{}", kTracepoint, known.tracepoint)) {
        within.push_back(runner);
      } else if (IsOfCalls(runner.at.event, known.calls)) {
        calls.push_back(runner);
      }
    }
    if (within.empty() || calls.empty()) continue;
    const std::vector<std::set<std::string>> senders = Senders(object);
    if (std::any_of(senders.begin(), senders.end(), [&](const std::set<std::string>& programs) {
          return HaveOne(within, programs) && HaveOne(calls, programs);
        })) {
      groups.push_back(GroupOf(std::move(within), calls));
    }
  }
  return groups;
}

}  // namespace bpf_exporter::propose
