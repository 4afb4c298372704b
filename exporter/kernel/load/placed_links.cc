// SPDX-License-Identifier: Apache-2.0
// Tests: follow_test.cc
#include "kernel/load/placed_links.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "kernel/attach/attached_to.h"
#include "kernel/attach/by_probe.h"
#include "kernel/attach/by_section.h"
#include "object/libbpf_log.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kMaxPause{60};

// Completes the error of an attachment that names no remedy with what libbpf said last.
Error WithLastWords(Error error, const object::LibbpfLog& log) {
  if (!error.remedy.empty() || log.lines().empty()) return error;
  std::string_view words = log.lines().back();
  for (const std::string_view start : {"libbpf: ", "prog '"}) {
    if (!words.starts_with(start)) continue;
    const std::size_t end = words.find(": ");
    if (end != std::string_view::npos) words.remove_prefix(end + 2);
  }
  error.AddRemedy(words);
  return error;
}

// Returns whether the error of opening perf events is one of the moment: descriptors, memory and
// hardware counters that others have, a CPU that goes.
bool MayPass(int code) {
  constexpr std::array<int, 8> kPassing = {EAGAIN, EBUSY,  EIO,    EMFILE,
                                           ENFILE, ENODEV, ENOMEM, ENOSPC};
  return std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end();
}

// Asks the kernel whether an interface of that index exists; of cgroups the caller has looked.
bool IsThere(const plan::Place& place, std::uint64_t id) {
  char name[IF_NAMESIZE];
  return !plan::IsOnInterface(place) || if_indextoname(static_cast<unsigned>(id), name) != nullptr;
}

}  // namespace

PlacedLinks::PlacedLinks(const bpf_program* program, std::string config, plan::Place place)
    : program_(program), config_(std::move(config)), place_(std::move(place)) {}

// What comes and goes at the place, as messages call it.
std::string PlacedLinks::WhatItIs() const {
  if (!module_.empty()) return fmt::format("module '{}'", module_);
  if (plan::IsInBinary(place_)) return "binary";
  return plan::IsOnInterface(place_) ? "interface" : "cgroup";
}

plan::Place PlacedLinks::PlaceOf(const Link& link) const {
  return link.name.empty() ? place_ : plan::At(place_, link.name);
}

void PlacedLinks::Attach(const std::string& name, std::uint64_t id) {
  Link& link = Find(id, name);
  if (!link.held.empty()) return;
  link.id = id;
  Open(link);
}

bool PlacedLinks::Open(Link& link) {
  const object::LibbpfLog log;
  Result<Attachment> attachment =
      place_.kind ? AttachByProbe(program_, PlaceOf(link), config_) : AttachBySection(program_);
  if (!attachment) {
    link.problem = WithLastWords(attachment.error(), log).Message();
    link.code = attachment.error().code;
    link.detail.clear();
    return false;
  }
  link.id = AttachedTo(*attachment).value_or(link.id);
  const auto* functions = std::get_if<FunctionLinks>(&*attachment);
  link.detail = functions == nullptr ? std::string() : functions->detail;
  link.held.push_back(std::move(*attachment));
  link.problem.clear();
  link.code = 0;
  return true;
}

void PlacedLinks::Follow(Wanted wanted, Time now, std::vector<PlaceNews>& news) {
  LetGo(wanted, news);
  for (const auto& [id, name] : wanted) {
    Link& link = Find(id, plan::IsGlob(place_) ? name : std::string());
    if (link.held.empty()) {
      Try(link, id, now, news);
    } else if (!link.name.empty() && link.name != name) {
      news.push_back({fmt::format("{}: the {} is called {} now", plan::PlaceName(PlaceOf(link)),
                                  WhatItIs(), name)});
      link.name = name;
    }
  }
}

// Lets go of links that the kernel detached, and takes out of `wanted` what is gone meanwhile.
void PlacedLinks::LetGo(Wanted& wanted, std::vector<PlaceNews>& news) {
  const object::LibbpfLog quiet;
  for (Link& link : links_) {
    if (link.held.empty()) continue;
    const std::uint64_t where = AttachedTo(link.held.front()).value_or(link.id);
    // An interface that is deleted loses its link before the kernel reports it as gone.
    if (where != link.id && !IsThere(place_, link.id)) wanted.erase(link.id);
    // An interface keeps its link when it goes to another network namespace.
    const bool there = wanted.contains(link.id);
    if (there && where == link.id) continue;
    link.held.clear();
    link.pause = {};
    link.next_try = {};
    if (!plan::IsGlob(place_) && plan::IsInBinary(place_) && !wanted.empty()) {
      link.problem =
          fmt::format("{}: no process runs the old file any more", plan::PlaceName(PlaceOf(link)));
      news.push_back({link.problem});
      continue;
    }
    link.problem = fmt::format("{}: the {} is {}", plan::PlaceName(PlaceOf(link)), WhatItIs(),
                               there ? "there, and somebody detached it" : "gone");
    news.push_back({"detached from " + link.problem, !plan::IsGlob(place_) && !place_.optional});
  }
  // A place that is no glob keeps one link, which tells why it is not attached.
  const std::size_t kept = plan::IsGlob(place_) ? 0 : 1;
  for (std::size_t i = links_.size(); i-- > 0 && links_.size() > kept;) {
    const Link& link = links_[i];
    if (!link.held.empty()) continue;
    const bool may_come = std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) {
      return one.first == link.id || one.second == link.name;
    });
    if (!may_come) links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// Returns the link to what has that id, else one that is not attached, else a new one.
PlacedLinks::Link& PlacedLinks::Find(std::uint64_t id, const std::string& name) {
  const auto same = std::find_if(links_.begin(), links_.end(), [&](const Link& link) {
    return id != 0 && !link.held.empty() && link.id == id;
  });
  if (same != links_.end()) return *same;
  const auto other = std::find_if(links_.begin(), links_.end(), [&](const Link& link) {
    return link.name == name && (id == 0 || link.held.empty());
  });
  if (other != links_.end()) return *other;
  return links_.emplace_back(Link{name});
}

void PlacedLinks::Try(Link& link, std::uint64_t id, Time now, std::vector<PlaceNews>& news) {
  if (link.id == id && now < link.next_try) return;
  if (link.id != id) link.pause = {};
  link.id = id;
  const std::string before = std::move(link.problem);
  if (Open(link)) {
    news.push_back({fmt::format("attached to {}{}", plan::PlaceName(PlaceOf(link)),
                                link.detail.empty() ? "" : fmt::format(" ({})", link.detail))});
    link.pause = {};
    return;
  }
  link.pause = std::clamp(2 * link.pause, kFirstPause, kMaxPause);
  link.next_try = now + link.pause;
  if (link.problem != before) news.push_back({link.problem, !place_.optional});
}

void PlacedLinks::FollowCpus(const host::OnlineCpus& online, Time now,
                             std::vector<PlaceNews>& news) {
  if (!FollowsCpus()) return;
  if (!IsAttached()) {
    Try(links_.front(), links_.front().id, now, news);
    return;
  }
  std::string problem;
  for (Link& link : links_) {
    for (Attachment& attachment : link.held) {
      PerfEvents* events = std::get_if<PerfEvents>(&attachment);
      if (events == nullptr) continue;
      const object::LibbpfLog quiet;
      const Status status = events->Update(online);
      if (!status && problem.empty()) problem = status.error().Message();
    }
  }
  if (!problem.empty() && problem != cpu_problem_) news.push_back({problem, true});
  cpu_problem_ = std::move(problem);
}

void PlacedLinks::FollowTarget(std::uint64_t modules, Time now, std::vector<PlaceNews>& news) {
  Link& link = Find(modules, {});
  if (!link.held.empty() || (link.code == ENOENT && link.id == modules)) return;
  Try(link, modules, now, news);
}

void PlacedLinks::FollowPattern(std::uint64_t modules, Time now, std::vector<PlaceNews>& news) {
  for (Link& link : links_) {
    if (link.held.empty() || link.id == modules) continue;
    link.held.clear();
    news.push_back({fmt::format("{}: modules with such functions came or went",
                                plan::PlaceName(PlaceOf(link)))});
  }
  FollowTarget(modules, now, news);
}

void PlacedLinks::SetModule(std::string module, std::uint64_t id) {
  module_ = std::move(module);
  for (Link& link : links_) link.id = id;
}

bool PlacedLinks::IsAttached() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const Link& link) { return !link.held.empty(); });
}

bool PlacedLinks::LacksTarget() const {
  return !links_.empty() && std::all_of(links_.begin(), links_.end(), [](const Link& link) {
    return link.held.empty() && link.code == ENOENT;
  });
}

bool PlacedLinks::IsOnCpus() const {
  if (place_.kind) return place_.kind == config::ProbeKind::kPerfEvent;
  return plan::IsPerfEventSection(bpf_program__section_name(program_));
}

bool PlacedLinks::FollowsCpus() const {
  return IsOnCpus() && std::any_of(links_.begin(), links_.end(), [](const Link& link) {
           return !link.held.empty() || MayPass(link.code);
         });
}

bool PlacedLinks::AddDescriptors(std::vector<int>& descriptors) const {
  for (const Link& link : links_) {
    for (const Attachment& attachment : link.held) {
      int descriptor = -1;
      if (const auto* held = std::get_if<LinkPtr>(&attachment)) {
        descriptor = bpf_link__fd(held->get());
      } else if (const auto* fd = std::get_if<Fd>(&attachment)) {
        descriptor = fd->get();
      } else if (const auto* functions = std::get_if<FunctionLinks>(&attachment)) {
        for (const LinkPtr& one : functions->single) {
          descriptors.push_back(bpf_link__fd(one.get()));
        }
        if (!functions->many.valid()) continue;
        descriptor = functions->many.get();
      }
      if (descriptor < 0) return false;
      descriptors.push_back(descriptor);
    }
  }
  return true;
}

void PlacedLinks::AddStatus(std::vector<metrics::PlaceStatus>& places) const {
  metrics::PlaceStatus status;
  status.needed = !place_.optional;
  for (const Link& link : links_) {
    status.name = plan::PlaceName(PlaceOf(link));
    status.attached = !link.held.empty();
    status.problem = link.problem;
    status.detail = status.attached ? link.detail : std::string();
    const bool same_name = !places.empty() && places.back().name == status.name;
    if (!same_name) {
      places.push_back(status);
    } else if (status.attached) {
      places.back() = status;  // a binary, whose file was replaced
    }
  }
  if (!links_.empty()) return;
  status.name = plan::PlaceName(place_);
  status.attached = false;
  status.waiting = plan::IsGlob(place_);
  status.problem = status.waiting
                       ? fmt::format("{}: no {} matches '{}' now", plan::InfoOf(*place_.kind).key,
                                     WhatItIs(), plan::PatternOf(place_))
                       : "not attached";
  places.push_back(status);
}

}  // namespace bpf_exporter::kernel
