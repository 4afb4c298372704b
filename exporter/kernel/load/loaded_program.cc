// SPDX-License-Identifier: Apache-2.0
// Tests: attach_test.cc, follow_test.cc
#include "kernel/load/loaded_program.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <net/if.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "host/binary_watch.h"
#include "kernel/attach/by_pattern.h"
#include "kernel/attach/module_place.h"
#include "kernel/attach/network.h"
#include "kernel/attach/permission.h"
#include "kernel/load/program_info.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

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

// Returns a number that is another when the kernel has other modules.
std::uint64_t NumberOf(const host::KernelModules& modules) {
  constexpr std::uint64_t kPrime = 1099511628211;  // FNV
  std::uint64_t number = 14695981039346656037u;
  for (const auto& [name, id] : modules) {
    for (const char letter : name) number = (number ^ static_cast<unsigned char>(letter)) * kPrime;
    number = (number ^ id) * kPrime;
  }
  return number;
}

}  // namespace

LoadedProgram::LoadedProgram(const bpf_program* handle, plan::ProgramPlan plan)
    : handle_(handle), plan_(std::move(plan)) {
  status_.name = plan_.name;
  status_.section = plan_.section;
  status_.needed = plan_.needed;
  for (const plan::Place& place : plan_.places) {
    places_.emplace_back(handle_, plan_.config, place);
    const bool in_cgroup = place.kind == config::ProbeKind::kCgroup;
    cgroups_.push_back(in_cgroup ? CgroupPath(place) : std::string());
    modules_.emplace_back();
  }
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

void LoadedProgram::Attach(FoundBinaries& found) {
  if (status_.id == 0) return;
  if (plan_.only_called) {
    status_.problem = "called by other programs only, through a program array";
    return;
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    // A failure is in the status.
    if (plan::IsInBinary(plan_.places[i])) {
      AttachInBinaries(i, found);
      continue;
    }
    if (!plan::IsGlob(plan_.places[i])) {
      places_[i].Attach({});
      continue;
    }
    for (const std::string& interface : InterfacesNow()) {
      if (!plan::Takes(plan_.places[i], interface) || IsInEarlierPlace(i, {interface})) continue;
      places_[i].Attach(interface);
    }
  }
  UpdateStatus();
}

bool LoadedProgram::CouldNotAttach() const {
  if (status_.id == 0 || status_.attached || plan_.only_called) return false;
  return std::none_of(status_.places.begin(), status_.places.end(),
                      [](const metrics::PlaceStatus& place) { return place.waiting; });
}

// Returns whether a place before that one takes the interface with these names.
bool LoadedProgram::IsInEarlierPlace(std::size_t place,
                                     const std::vector<std::string>& interface) const {
  return std::any_of(interface.begin(), interface.end(), [&](const std::string& name) {
    const plan::Place here = plan::At(plan_.places[place], name);
    return std::any_of(plan_.places.begin(),
                       plan_.places.begin() + static_cast<std::ptrdiff_t>(place),
                       [&](const plan::Place& before) { return plan::Covers(before, here); });
  });
}

PlacedLinks::Wanted LoadedProgram::InterfacesFor(std::size_t place,
                                                 const host::InterfaceNames& all) const {
  PlacedLinks::Wanted wanted;
  for (const auto& [index, names] : all) {
    const bool takes = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return plan::Takes(plan_.places[place], name);
    });
    if (takes && !IsInEarlierPlace(place, names)) {
      wanted.emplace(static_cast<std::uint64_t>(index), names.front());
    }
  }
  return wanted;
}

// The files of a place in binaries, without those that an earlier place has: one file may be found
// by several patterns, and is to be counted once. `find(PATTERN)` returns the files of a pattern,
// or null.
template <typename Find>
PlacedLinks::Wanted LoadedProgram::BinariesFor(std::size_t place, Find find) const {
  PlacedLinks::Wanted wanted;
  const plan::Place& here = plan_.places[place];
  if (const host::BinaryFiles* files = find(here.binary)) {
    for (const auto& [id, file] : *files) wanted.emplace(id, file.path);
  }
  for (std::size_t i = 0; i < place; ++i) {
    if (!plan::DifferInBinaryOnly(plan_.places[i], here)) continue;
    const host::BinaryFiles* files = find(plan_.places[i].binary);
    if (files == nullptr) continue;
    for (const auto& [id, file] : *files) wanted.erase(id);
  }
  return wanted;
}

void LoadedProgram::AttachInBinaries(std::size_t place, FoundBinaries& found) {
  const auto find = [&](const std::string& pattern) -> const host::BinaryFiles* {
    const auto [known, is_new] = found.try_emplace(pattern);
    if (is_new) known->second = host::FindBinaries(pattern);
    return known->second ? &*known->second : nullptr;
  };
  const plan::Place& here = plan_.places[place];
  const PlacedLinks::Wanted wanted = BinariesFor(place, find);
  if (plan::IsGlob(here)) {
    for (const auto& [id, path] : wanted) places_[place].Attach(path, id);
  } else if (!wanted.empty()) {
    places_[place].Attach({}, wanted.begin()->first);
  } else if (const host::BinaryFiles* files = find(here.binary); !files || files->empty()) {
    places_[place].Attach({});  // libbpf may find it, or says why not
  }
}

std::vector<PlaceNews> LoadedProgram::Follow(const Present& present, Time now) {
  std::vector<PlaceNews> news;
  if (status_.id == 0 || plan_.only_called) return news;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const plan::Place& place = plan_.places[i];
    if (plan::IsOnInterface(place) && present.interfaces != nullptr) {
      places_[i].Follow(InterfacesFor(i, *present.interfaces), now, news);
    } else if (plan::IsInBinary(place)) {
      const auto find = [&](const std::string& pattern) {
        const auto known = present.binaries.find(pattern);
        return known == present.binaries.end() ? nullptr : &known->second;
      };
      if (find(place.binary) == nullptr) continue;
      places_[i].Follow(BinariesFor(i, find), now, news);
    } else if (!cgroups_[i].empty()) {
      PlacedLinks::Wanted wanted;
      const auto cgroup = present.cgroups.find(cgroups_[i]);
      if (cgroup != present.cgroups.end()) wanted.emplace(cgroup->second, cgroup->first);
      places_[i].Follow(wanted, now, news);
    } else if (modules_[i].may) {
      if (present.modules != nullptr) FollowModules(i, *present.modules, now, news);
    } else if (present.cpus != nullptr) {
      places_[i].FollowCpus(*present.cpus, now, news);
    }
  }
  if (!news.empty()) UpdateStatus();
  return news;
}

// Finds which of the modules have functions that the pattern at `place` matches, if these modules
// are others than those that it was looked for in before.
void LoadedProgram::LookAtPattern(std::size_t place, const host::KernelModules& modules) {
  InModule& known = modules_[place];
  known.may = true;
  const std::uint64_t seen = NumberOf(modules);
  if (known.seen == seen) return;
  host::KernelModules matching;
  for (const std::string& name : ModulesOfPattern(plan_.places[place])) {
    if (const auto module = modules.find(name); module != modules.end()) matching.insert(*module);
  }
  known.seen = seen;
  known.matching = NumberOf(matching);
}

void LoadedProgram::FollowModules(std::size_t place, const host::KernelModules& modules, Time now,
                                  std::vector<PlaceNews>& news) {
  PlacedLinks& links = places_[place];
  if (IsKernelPattern(plan_.places[place])) {
    LookAtPattern(place, modules);
    links.FollowPattern(modules_[place].matching, now, news);
    return;
  }
  std::optional<std::string>& name = modules_[place].name;
  if (!name || name->empty()) {
    if (!links.IsAttached()) links.FollowTarget(NumberOf(modules), now, news);
    return;
  }
  PlacedLinks::Wanted wanted;
  const auto module = modules.find(*name);
  if (module != modules.end()) wanted.emplace(module->second, std::string());
  links.Follow(wanted, now, news);
  // Without that module it may be at another of its targets.
  if (!links.IsAttached() && plan_.places[place].targets.size() > 1) name.reset();
}

void LoadedProgram::AddProbedFunctions(std::vector<std::string>& functions) const {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!places_[i].IsAttached() || modules_[i].name) continue;
    for (std::string& function : ProbedFunctions(plan_.places[i], plan_.section)) {
      functions.push_back(std::move(function));
    }
  }
}

void LoadedProgram::SetModules(const ModulesOfFunctions& functions,
                               const host::KernelModules& modules) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const bool lacks_target = places_[i].LacksTarget();
    if (IsKernelPattern(plan_.places[i]) && (places_[i].IsAttached() || lacks_target)) {
      if (modules_[i].may) continue;
      LookAtPattern(i, modules);
      places_[i].SetModule({}, modules_[i].matching);
      continue;
    }
    if (lacks_target && !plan::IsTiedToOneTarget(bpf_program__type(handle_)) &&
        MayComeWithModule(plan_.places[i], plan_.section)) {
      if (!modules_[i].may) places_[i].SetModule({}, NumberOf(modules));
      modules_[i].may = true;
    }
    if (!places_[i].IsAttached() || modules_[i].name) continue;
    for (const std::string& function : ProbedFunctions(plan_.places[i], plan_.section)) {
      const auto found = functions.find(function);
      if (found == functions.end()) continue;
      const auto module = modules.find(found->second);
      modules_[i].name.emplace();
      if (module == modules.end()) break;
      modules_[i] = {true, module->first};
      places_[i].SetModule(module->first, module->second);
      break;
    }
  }
}

Status LoadedProgram::MayFollow() const {
  if (status_.id == 0 || plan_.only_called) return {};
  for (const plan::Place& place : plan_.places) {
    if (Status may = MayAttach(handle_, place); !may) return may;
  }
  return {};
}

void LoadedProgram::AddFollowed(Followed& followed) const {
  if (status_.id == 0 || plan_.only_called) return;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const plan::Place& place = plan_.places[i];
    if (plan::IsOnInterface(place)) followed.interfaces = true;
    if (plan::IsInBinary(place)) followed.binaries.push_back(place.binary);
    if (!cgroups_[i].empty()) followed.cgroups.push_back(cgroups_[i]);
    if (places_[i].FollowsCpus()) followed.cpus = true;
    if (modules_[i].may) followed.modules = true;
  }
}

bool LoadedProgram::AddLinks(std::vector<int>& descriptors) const {
  return std::all_of(places_.begin(), places_.end(),
                     [&](const PlacedLinks& links) { return links.AddDescriptors(descriptors); });
}

bool LoadedProgram::HasSeveralPlaces() const {
  if (plan_.places.size() != 1) return plan_.places.size() > 1;
  return plan::IsGlob(plan_.places[0]) || plan::HasFunctionPattern(plan_.places[0]);
}

void LoadedProgram::UpdateStatus() {
  std::vector<metrics::PlaceStatus> places;
  for (const PlacedLinks& place : places_) place.AddStatus(places);
  status_.attached = false;
  status_.problem.clear();
  for (const metrics::PlaceStatus& place : places) {
    status_.attached = status_.attached || place.attached;
    if (status_.problem.empty()) status_.problem = place.problem;
  }
  status_.places = HasSeveralPlaces() ? std::move(places) : std::vector<metrics::PlaceStatus>();
}

}  // namespace bpf_exporter::kernel
