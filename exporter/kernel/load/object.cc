// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc
#include "kernel/load/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "kernel/load/open_object.h"
#include "kernel/read/map_readers.h"

namespace bpf_exporter::kernel {

struct LoadedObject::State {
  std::vector<object::MapLayout> maps;
  std::shared_ptr<ReadBuffers> buffers;
  ObjectPtr object;
  // After the object, so that everything is detached before it is closed.
  std::vector<LoadedProgram> programs;
  std::vector<metrics::ProgramStatus> statuses;  // of `programs`

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
  Result<OpenedObject> opened = OpenAndLoad(plan, options);
  if (!opened) return opened.error();
  auto state = std::make_unique<State>();
  for (const plan::MapPlan& map : plan.maps) state->maps.push_back(map.layout);
  state->buffers = options.buffers ? options.buffers : std::make_shared<ReadBuffers>();
  state->object = std::move(opened->object);
  bpf_program* handle = nullptr;
  bpf_object__for_each_program(handle, state->object.get()) {
    const std::string name = bpf_program__name(handle);
    const plan::ProgramPlan* planned = plan.FindProgram(name);
    if (planned == nullptr) return Error{fmt::format("program '{}': not in the plan", name)};
    Result<LoadedProgram> program =
        LoadedProgram::Make(handle, *planned, std::move(opened->left_out[name]));
    if (!program) return program.error();
    state->programs.push_back(std::move(*program));
  }
  state->UpdateStatuses();
  return LoadedObject(std::move(state));
}

void LoadedObject::Attach() {
  for (LoadedProgram& program : state_->programs) program.Attach();
  state_->UpdateStatuses();
}

std::vector<PlaceNews> LoadedObject::Follow(const Present& present, Time now) {
  std::vector<PlaceNews> all;
  for (LoadedProgram& program : state_->programs) {
    for (PlaceNews& news : program.Follow(present, now)) {
      news.text = fmt::format("program '{}': {}", program.status().name, news.text);
      all.push_back(std::move(news));
    }
  }
  if (!all.empty()) state_->UpdateStatuses();
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

const std::vector<metrics::ProgramStatus>& LoadedObject::programs() const {
  return state_->statuses;
}

std::map<std::uint32_t, ProgramRun> LoadedObject::ProgramStatistics() const {
  std::map<std::uint32_t, ProgramRun> runs;
  for (const LoadedProgram& program : state_->programs) {
    const int fd = bpf_program__fd(program.handle());
    if (fd < 0) continue;
    if (const Result<ProgramInfo> info = ReadProgramInfo(fd)) runs.emplace(info->id, info->run);
  }
  return runs;
}

int LoadedObject::MapFd(const std::string& map) const {
  return std::max(bpf_object__find_map_fd_by_name(state_->object.get(), map.c_str()), -1);
}

std::uint32_t LoadedObject::MapId(const std::string& map) const {
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  return bpf_obj_get_info_by_fd(MapFd(map), &info, &size) == 0 ? info.id : 0;
}

Result<std::unique_ptr<metrics::MapReader>> LoadedObject::Reader(const std::string& map) {
  const auto layout =
      std::find_if(state_->maps.begin(), state_->maps.end(),
                   [&](const object::MapLayout& known) { return known.name == map; });
  if (layout == state_->maps.end()) return Error{fmt::format("map '{}': not in the plan", map)};
  const int fd = MapFd(map);
  if (fd < 0) return Error{fmt::format("map '{}': not in the object", map)};
  return MakeMapReader(fd, *layout, state_->buffers);
}

std::uint64_t LoadedObject::MapMemoryBytes(const std::string& map) const {
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", MapFd(map)));
  for (std::string key; info >> key;) {
    std::uint64_t bytes = 0;
    if (key == "memlock:" && info >> bytes) return bytes;
  }
  return 0;
}

}  // namespace bpf_exporter::kernel
