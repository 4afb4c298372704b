// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

#include "kernel/attach/attachment.h"
#include "kernel/attach/program_type.h"
#include "kernel/load/open_object.h"
#include "kernel/load/program_info.h"
#include "kernel/read/map_readers.h"
#include "object/libbpf_log.h"
#include "plan/attach_points.h"

namespace bpf_exporter::kernel {
namespace {

struct Program {
  const bpf_program* handle = nullptr;
  bool only_called = false;               // others jump into it; nothing attaches it
  std::vector<config::ProbeSpec> probes;  // empty: attached as its section says
  std::vector<Attachment> attachments;    // one for each probe that worked
  std::string cpu_problem;                // what AttachNewCpus met last
};

// An attachment's error without a remedy of ours ends with what libbpf said last.
std::string WithLastWords(Error error, const object::LibbpfLog& log) {
  if (!error.remedy.empty() || log.lines().empty()) return error.Message();
  std::string_view words = log.lines().back();
  for (const std::string_view start : {"libbpf: ", "prog '"}) {
    if (!words.starts_with(start)) continue;
    const std::size_t end = words.find(": ");
    if (end != std::string_view::npos) words.remove_prefix(end + 2);
  }
  error.AddRemedy(words);
  return error.Message();
}

object::ProgramLayout LayoutOf(const plan::ConfigPlan& plan, const std::string& program) {
  for (const object::ProgramLayout& layout : plan.object.programs) {
    if (layout.name == program) return layout;
  }
  return {};
}

}  // namespace

struct LoadedObject::State {
  std::vector<object::MapLayout> maps;
  std::shared_ptr<ReadBuffers> buffers;
  ObjectPtr object;
  // After the object, so that everything is detached before it is closed.
  std::vector<Program> programs;
  std::vector<ProgramState> states;  // one for each of `programs`
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
    Program program;
    ProgramState about;
    program.handle = handle;
    about.name = bpf_program__name(handle);
    about.section = bpf_program__section_name(handle);
    program.probes = ProbesOf(plan.config, about.name);
    const object::ProgramLayout layout = LayoutOf(plan, about.name);
    program.only_called = plan::IsOnlyCalled(layout, plan.config);
    about.needed = plan::IsNeeded(layout, plan.config);
    if (const auto left = opened->left_out.find(about.name); left != opened->left_out.end()) {
      about.problem = left->second;
    } else if (bpf_program__fd(handle) >= 0) {
      Result<ProgramInfo> info = ReadProgramInfo(bpf_program__fd(handle));
      if (!info) return info.error().In(fmt::format("program '{}'", about.name));
      about.id = info->id;
      about.tag = info->tag;
    }
    state->programs.push_back(std::move(program));
    state->states.push_back(std::move(about));
  }
  return LoadedObject(std::move(state));
}

void LoadedObject::Attach() {
  for (std::size_t i = 0; i < state_->programs.size(); ++i) {
    Program& program = state_->programs[i];
    ProgramState& state = state_->states[i];
    if (state.id == 0 || !program.attachments.empty()) continue;
    if (program.only_called) {
      state.problem = "called by other programs only, through a program array";
      continue;
    }
    const object::LibbpfLog log;
    state.problem.clear();
    const auto keep = [&](Result<Attachment> attached) {
      if (attached.ok()) {
        program.attachments.push_back(std::move(*attached));
      } else if (state.problem.empty()) {
        state.problem = WithLastWords(attached.error(), log);
      }
    };
    if (program.probes.empty()) keep(AttachBySection(program.handle));
    for (const config::ProbeSpec& probe : program.probes) keep(AttachProbe(program.handle, probe));
    state.attached = state.problem.empty();
  }
}

std::vector<std::string> LoadedObject::AttachNewCpus() {
  std::vector<std::string> news;
  for (std::size_t i = 0; i < state_->programs.size(); ++i) {
    Program& program = state_->programs[i];
    std::string problem;
    for (Attachment& attachment : program.attachments) {
      PerfEvents* events = std::get_if<PerfEvents>(&attachment);
      if (events == nullptr) continue;
      const object::LibbpfLog quiet;
      const Status status = events->Update();
      if (!status && problem.empty()) {
        problem = WithRemedy(config::ProbeKind::kPerfEvent, status.error()).Message();
      }
    }
    if (!problem.empty() && problem != program.cpu_problem) {
      news.push_back(fmt::format("program '{}': {}", state_->states[i].name, problem));
    }
    program.cpu_problem = std::move(problem);
  }
  return news;
}

const std::vector<ProgramState>& LoadedObject::programs() const { return state_->states; }

std::vector<ProgramRun> LoadedObject::ProgramStatistics() const {
  std::vector<ProgramRun> runs;
  for (const Program& program : state_->programs) {
    const int fd = bpf_program__fd(program.handle);
    const Result<ProgramInfo> info = ReadProgramInfo(fd);
    runs.push_back(info ? info->run : ProgramRun{});
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
