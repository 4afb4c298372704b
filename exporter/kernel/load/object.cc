// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc
#include "kernel/load/object.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "kernel/kernel_functions.h"
#include "kernel/load/open_object.h"

namespace bpf_exporter::kernel {
namespace {

// Returns whether perf makes kprobes and uprobes; where it does not, libbpf makes them in tracefs,
// and they stay until it removes them.
bool PerfMakesProbes() {
  return access("/sys/bus/event_source/devices/kprobe/type", F_OK) == 0 &&
         access("/sys/bus/event_source/devices/uprobe/type", F_OK) == 0;
}

}  // namespace

struct LoadedObject::State {
  Alternatives alternatives;
  ObjectPtr object = {};
  std::vector<std::string> warnings = {};
  // After the object, so that everything is detached before it is closed.
  std::vector<LoadedProgram> programs = {};
  std::vector<metrics::ProgramStatus> statuses = {};  // of `programs`
  std::chrono::system_clock::time_point loaded = std::chrono::system_clock::now();

  // Asks in which modules of the kernel, of those in `modules`, what was attached to is.
  void FindModules(const host::KernelModules& modules) {
    std::vector<std::string> functions;
    for (const LoadedProgram& program : programs) program.AddProbedFunctions(functions);
    const ModulesOfFunctions found = kernel::FindModules(functions);
    for (LoadedProgram& program : programs) program.SetModules(found, modules);
  }

  void UpdateStatuses() {
    statuses.clear();
    for (const LoadedProgram& program : programs) statuses.push_back(program.status());
  }
};

LoadedObject::LoadedObject(std::unique_ptr<State> state) : state_(std::move(state)) {}
LoadedObject::LoadedObject(LoadedObject&&) noexcept = default;
LoadedObject& LoadedObject::operator=(LoadedObject&&) noexcept = default;
LoadedObject::~LoadedObject() = default;

Result<LoadedObject> LoadedObject::Load(const plan::ConfigPlan& plan, const LoadOptions& options) {
  return Load(plan, options, Alternatives(plan));
}

Result<LoadedObject> LoadedObject::Load(const plan::ConfigPlan& plan, const LoadOptions& options,
                                        Alternatives alternatives) {
  Result<OpenedObject> opened = OpenAndLoad(plan, options, alternatives);
  if (!opened) return opened.error();
  auto state = std::make_unique<State>(State{std::move(alternatives)});
  state->object = std::move(opened->object);
  state->warnings = std::move(opened->warnings);
  bpf_program* handle = nullptr;
  bpf_object__for_each_program(handle, state->object.get()) {
    const std::string name = bpf_program__name(handle);
    const plan::ProgramPlan* planned = plan.FindProgram(name);
    if (planned == nullptr) return Error{fmt::format("program '{}': not in the plan", name)};
    plan::ProgramPlan made = *planned;
    std::string problem = std::move(opened->left_out[name]);
    if (made.disabled) problem = "disabled in the configuration";
    if (state->alternatives.LeavesOut(name)) {
      made.needed = false;
      problem = state->alternatives.WhyNot(name);
    }
    Result<LoadedProgram> program =
        LoadedProgram::Make(handle, std::move(made), std::move(problem));
    if (!program) return program.error();
    state->programs.push_back(std::move(*program));
  }
  state->UpdateStatuses();
  return LoadedObject(std::move(state));
}

void LoadedObject::Attach() {
  // Before: a module that comes again meanwhile is another.
  const host::KernelModules modules = host::ModulesNow();
  FoundBinaries found;
  for (LoadedProgram& program : state_->programs) program.Attach(found);
  state_->FindModules(modules);
  state_->UpdateStatuses();
}

std::optional<Alternatives> LoadedObject::NextAlternatives() const {
  Alternatives next = state_->alternatives;
  bool any = false;
  for (const LoadedProgram& program : state_->programs) {
    const metrics::ProgramStatus& status = program.status();
    if (!program.CouldNotAttach() || !next.HasNext(status.name)) continue;
    any |= next.GiveUp(status.name, status.problem);
  }
  return any ? std::optional(std::move(next)) : std::nullopt;
}

std::vector<metrics::EitherOfStatus> LoadedObject::EitherOf() const {
  return state_->alternatives.Statuses();
}

std::vector<PlaceNews> LoadedObject::Follow(const Present& present, Time now) {
  std::vector<PlaceNews> all;
  for (LoadedProgram& program : state_->programs) {
    for (PlaceNews& news : program.Follow(present, now)) {
      news.text = fmt::format("program '{}': {}", program.status().name, news.text);
      all.push_back(std::move(news));
    }
  }
  if (all.empty()) return all;
  if (present.modules != nullptr) state_->FindModules(*present.modules);
  state_->UpdateStatuses();
  return all;
}

std::vector<std::string> LoadedObject::WhyNotLater() const {
  std::vector<std::string> problems;
  for (const LoadedProgram& program : state_->programs) {
    const Status may = program.MayFollow();
    if (may) continue;
    Error error = may.error().In(
        fmt::format("program '{}': cannot attach to what comes later", program.status().name));
    error.AddRemedy("--capabilities.keep can keep it");
    problems.push_back(error.Message());
  }
  return problems;
}

Followed LoadedObject::followed() const {
  Followed followed;
  for (const LoadedProgram& program : state_->programs) program.AddFollowed(followed);
  return followed;
}

const std::vector<std::string>& LoadedObject::warnings() const { return state_->warnings; }

const std::vector<metrics::ProgramStatus>& LoadedObject::programs() const {
  return state_->statuses;
}

std::optional<std::vector<int>> LoadedObject::Links() const {
  if (followed().any()) return std::nullopt;
  std::vector<int> links;
  for (const LoadedProgram& program : state_->programs) {
    if (!program.status().attached) continue;
    if (bpf_program__type(program.handle()) == BPF_PROG_TYPE_KPROBE && !PerfMakesProbes()) {
      return std::nullopt;
    }
    if (!program.AddLinks(links)) return std::nullopt;
  }
  return links;
}

std::vector<int> LoadedObject::ProgramDescriptors() const {
  std::vector<int> descriptors;
  for (const LoadedProgram& program : state_->programs) {
    const int fd = bpf_program__fd(program.handle());
    if (fd >= 0) descriptors.push_back(fd);
  }
  return descriptors;
}

std::vector<std::string> LoadedObject::MapNames() const {
  std::vector<std::string> names;
  const bpf_map* map = nullptr;
  bpf_object__for_each_map(map, state_->object.get()) {
    if (bpf_map__fd(map) < 0) continue;
    const std::string name = bpf_map__name(map);
    // The compiler's own are called by the object and their section: "packets.rodata".
    names.push_back(bpf_map__is_internal(map) ? name.substr(std::min(name.find('.'), name.size()))
                                              : name);
  }
  return names;
}

MapHandle LoadedObject::Map(const std::string& name) const {
  const int fd = bpf_object__find_map_fd_by_name(state_->object.get(), name.c_str());
  return {name, std::max(fd, -1)};
}

std::chrono::system_clock::time_point LoadedObject::CountedSince(const std::string& map) const {
  const bpf_map* handle = bpf_object__find_map_by_name(state_->object.get(), map.c_str());
  const char* pin = handle == nullptr ? nullptr : bpf_map__pin_path(handle);
  struct stat file = {};
  if (pin == nullptr || stat(pin, &file) != 0) return state_->loaded;
  const auto pinned = std::chrono::system_clock::time_point(
      std::chrono::seconds(file.st_mtim.tv_sec) + std::chrono::nanoseconds(file.st_mtim.tv_nsec));
  return std::min(pinned, state_->loaded);
}

}  // namespace bpf_exporter::kernel
