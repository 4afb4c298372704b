// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/alternatives.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace bpf_exporter::kernel {
namespace {

// Returns "'by_fentry' takes its place". Whether it is attached then its own status says.
std::string TakesItsPlace(const std::vector<std::string>& programs) {
  return fmt::format("'{}' {} its place", fmt::join(programs, "', '"),
                     programs.size() == 1 ? "takes" : "take");
}

}  // namespace

Alternatives::Alternatives(const plan::ConfigPlan& plan) {
  for (const plan::EitherOf& group : plan.either_of) {
    for (std::size_t i = 0; i < group.alternatives.size(); ++i) {
      for (const std::string& program : group.alternatives[i]) {
        members_.emplace_back(program, Member{groups_.size(), i});
      }
    }
    groups_.push_back({group});
  }
}

const Alternatives::Member* Alternatives::Find(std::string_view program) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const auto& member) { return member.first == program; });
  return found == members_.end() ? nullptr : &found->second;
}

bool Alternatives::LeavesOut(std::string_view program) const {
  const Member* member = Find(program);
  return member != nullptr && groups_[member->group].used != member->alternative;
}

bool Alternatives::HasNext(std::string_view program) const {
  const Member* member = Find(program);
  return member != nullptr && groups_[member->group].used == member->alternative &&
         member->alternative + 1 < groups_[member->group].plan.alternatives.size();
}

bool Alternatives::GiveUp(std::string_view program, std::string why) {
  const Member* member = Find(program);
  if (member == nullptr) return false;
  Group& group = groups_[member->group];
  if (!HasNext(program) && !group.plan.optional) return false;
  group.failures.push_back({std::string(program), std::move(why)});
  ++group.used;
  return true;
}

std::string Alternatives::WhyNot(std::string_view program) const {
  if (!LeavesOut(program)) return "";
  const Member& member = *Find(program);
  const Group& group = groups_[member.group];
  std::string why;
  if (member.alternative < group.failures.size()) {
    const Group::Failure& failure = group.failures[member.alternative];
    why = failure.program == program ? failure.why
                                     : fmt::format("left out with '{}'", failure.program);
  }
  if (group.used == group.plan.alternatives.size()) return why;
  return why + (why.empty() ? "" : "; ") + TakesItsPlace(group.plan.alternatives[group.used]);
}

Error Alternatives::LastError(std::string_view program, const Error& error) const {
  const Member* member = Find(program);
  if (member == nullptr || groups_[member->group].failures.empty()) {
    return error.In(fmt::format("program '{}'", program));
  }
  std::string all;
  for (const Group::Failure& failure : groups_[member->group].failures) {
    all += fmt::format("program '{}': {}; and ", failure.program, failure.why);
  }
  return Error(
      fmt::format("no alternative works: {}program '{}': {}", all, program, error.Message()),
      error.code);
}

std::vector<metrics::EitherOfStatus> Alternatives::Statuses() const {
  std::vector<metrics::EitherOfStatus> statuses;
  for (const Group& group : groups_) {
    metrics::EitherOfStatus& status = statuses.emplace_back();
    for (const std::vector<std::string>& programs : group.plan.alternatives) {
      status.alternatives.push_back(fmt::format("{}", fmt::join(programs, "+")));
    }
    status.used = group.used;
  }
  return statuses;
}

}  // namespace bpf_exporter::kernel
