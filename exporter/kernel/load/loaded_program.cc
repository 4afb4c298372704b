// SPDX-License-Identifier: Apache-2.0
// Tests: places_test.cc
#include "kernel/load/loaded_program.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <net/if.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "kernel/attach/by_probe.h"
#include "kernel/attach/by_section.h"
#include "kernel/load/program_info.h"
#include "object/libbpf_log.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

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

std::vector<std::string> InterfacesNow() {
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> interfaces(
      if_nameindex(), if_freenameindex);
  std::vector<std::string> names;
  for (const struct if_nameindex* i = interfaces.get(); i != nullptr && i->if_name != nullptr;
       ++i) {
    names.emplace_back(i->if_name);
  }
  return names;
}

}  // namespace

LoadedProgram::LoadedProgram(const bpf_program* handle, plan::ProgramPlan plan)
    : handle_(handle), plan_(std::move(plan)) {
  status_.name = plan_.name;
  status_.section = plan_.section;
  status_.needed = plan_.needed;
}

Result<LoadedProgram> LoadedProgram::Make(const bpf_program* handle, plan::ProgramPlan plan,
                                          std::string problem) {
  LoadedProgram program(handle, std::move(plan));
  program.status_.problem = std::move(problem);
  const int fd = bpf_program__fd(handle);
  if (!program.status_.problem.empty() || fd < 0) return program;
  const Result<ProgramInfo> info = ReadProgramInfo(fd);
  if (!info) return info.error().In(fmt::format("program '{}'", program.status_.name));
  program.status_.id = info->id;
  program.status_.tag = info->tag;
  return program;
}

void LoadedProgram::Attach() {
  if (status_.id == 0) return;
  if (plan_.only_called) {
    status_.problem = "called by other programs only, through a program array";
    return;
  }
  for (std::size_t i = 0; i < plan_.places.size(); ++i) {
    // A failure is in the status.
    if (!plan::IsGlob(plan_.places[i])) {
      static_cast<void>(AttachAt(i, {}));
      continue;
    }
    for (const std::string& interface : InterfacesNow()) {
      if (plan::Takes(plan_.places[i], interface)) static_cast<void>(AttachAt(i, interface));
    }
  }
  UpdateStatus();
}

Status LoadedProgram::AttachAt(std::size_t place, const std::string& interface) {
  if (status_.id == 0 || place >= plan_.places.size()) {
    return Error{fmt::format("program '{}' is not loaded", plan_.name)};
  }
  if (!interface.empty()) {
    const plan::Place here = plan::AtInterface(plan_.places[place], interface);
    for (std::size_t i = 0; i < place; ++i) {
      if (plan::Covers(plan_.places[i], here)) return {};
    }
  }
  auto link = Find(place, interface);
  if (link == links_.end()) {
    const auto next = std::find_if(links_.begin(), links_.end(),
                                   [&](const Link& other) { return other.place > place; });
    link = links_.insert(next, Link{place, interface});
  }
  const Status attached = link->held.empty() ? Open(*link) : Status();
  UpdateStatus();
  return attached;
}

Status LoadedProgram::Open(Link& link) {
  const plan::Place& place = plan_.places[link.place];
  const object::LibbpfLog log;
  Result<Attachment> attachment =
      !place.kind              ? AttachBySection(handle_)
      : link.interface.empty() ? AttachByProbe(handle_, place)
                               : AttachByProbe(handle_, plan::AtInterface(place, link.interface));
  if (!attachment) {
    Error error = WithLastWords(attachment.error(), log);
    link.problem = error.Message();
    return error;
  }
  link.held.push_back(std::move(*attachment));
  link.problem.clear();
  return {};
}

bool LoadedProgram::Detach(std::size_t place, const std::string& interface) {
  const auto link = Find(place, interface);
  if (link == links_.end()) return false;
  const bool held = !link->held.empty();
  links_.erase(link);
  UpdateStatus();
  return held;
}

std::string LoadedProgram::AttachNewCpus() {
  std::string problem;
  for (Link& link : links_) {
    for (Attachment& attachment : link.held) {
      PerfEvents* events = std::get_if<PerfEvents>(&attachment);
      if (events == nullptr) continue;
      const object::LibbpfLog quiet;
      const Status status = events->Update();
      if (!status && problem.empty()) problem = status.error().Message();
    }
  }
  const bool news = problem != cpu_problem_;
  cpu_problem_ = problem;
  return news ? problem : std::string();
}

std::vector<LoadedProgram::Link>::iterator LoadedProgram::Find(std::size_t place,
                                                               const std::string& interface) {
  return std::find_if(links_.begin(), links_.end(), [&](const Link& link) {
    return link.place == place && link.interface == interface;
  });
}

bool LoadedProgram::HasSeveralPlaces() const {
  return plan_.places.size() > 1 || (plan_.places.size() == 1 && plan::IsGlob(plan_.places[0]));
}

void LoadedProgram::UpdateStatus() {
  std::vector<metrics::PlaceStatus> places;
  for (std::size_t i = 0; i < plan_.places.size(); ++i) AddPlaces(i, places);
  status_.attached = false;
  status_.problem.clear();
  for (const metrics::PlaceStatus& place : places) {
    status_.attached = status_.attached || place.attached;
    if (status_.problem.empty()) status_.problem = place.problem;
  }
  status_.places = HasSeveralPlaces() ? std::move(places) : std::vector<metrics::PlaceStatus>();
}

void LoadedProgram::AddPlaces(std::size_t index, std::vector<metrics::PlaceStatus>& places) const {
  const plan::Place& place = plan_.places[index];
  metrics::PlaceStatus status;
  status.needed = !place.optional;
  const std::size_t before = places.size();
  for (const Link& link : links_) {
    if (link.place != index) continue;
    status.name =
        plan::PlaceName(link.interface.empty() ? place : plan::AtInterface(place, link.interface));
    status.attached = !link.held.empty();
    status.problem = link.problem;
    places.push_back(status);
  }
  if (places.size() > before) return;
  status.name = plan::PlaceName(place);
  status.waiting = plan::IsGlob(place);
  status.problem = status.waiting ? fmt::format("{}: no interface matches '{}' now",
                                                plan::InfoOf(*place.kind).key, place.target())
                                  : "not attached";
  places.push_back(status);
}

}  // namespace bpf_exporter::kernel
