// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/contained_object.h"

#include <fmt/core.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "base/pack.h"
#include "kernel/attach/left_filters.h"
#include "kernel/load/object_service.h"

namespace bpf_exporter::kernel {
namespace {

// A start waits for an object on which libbpf loops; the kernel verifies in much less.
constexpr std::chrono::seconds kPatienceToLoad{120};
// The kernel may take long for each of many probes in binaries.
constexpr std::chrono::seconds kPatience{600};

Status StatusOf(ErrorParts parts) {
  if (parts.cause.empty()) return {};
  Error error(parts.context, std::move(parts.cause), parts.code);
  error.AddRemedy(parts.remedy);
  return error;
}

std::string SubjectOf(const plan::ConfigPlan& plan) {
  return fmt::format("object '{}'", std::filesystem::path(plan.object.path).filename().string());
}

// Starts a process that loads the object when it is first asked.
Result<object::Child> StartChild(const plan::ConfigPlan& plan, const LoadOptions& options) {
  std::vector<int> maps;
  for (const auto& [name, fd] : options.maps) maps.push_back(fd);
  std::shared_ptr<ObjectService> service;
  Result<object::Child> child = object::Child::Start(
      [&, service](std::string_view request) mutable {
        if (service == nullptr) service = std::make_shared<ObjectService>(plan, options);
        return service->Serve(request);
      },
      std::move(maps));
  if (!child) return child.error().In(SubjectOf(plan));
  return child;
}

}  // namespace

ContainedObject::ContainedObject(object::Child child, const plan::ConfigPlan& plan,
                                 std::string btf_path)
    : child_(std::move(child)),
      config_(plan.name),
      subject_(SubjectOf(plan)),
      btf_path_(std::move(btf_path)) {}

Result<ContainedObject> ContainedObject::Load(const plan::ConfigPlan& plan,
                                              const LoadOptions& options) {
  Result<object::Child> child = StartChild(plan, options);
  if (!child) return child.error();
  ContainedObject object(*std::move(child), plan, options.btf_path);
  if (const Status loaded = object.LoadNext(); !loaded) return loaded.error();
  return object;
}

// Returns the answer to a request, and puts what came with it into `descriptors`.
template <typename T>
Result<T> ContainedObject::Ask(const ObjectRequest& request, std::vector<Fd>& descriptors) {
  const bool loads = request.command == ObjectCommand::kLoad;
  Result<object::Child::Answer> answer =
      child_.Ask(Pack(request), loads ? kPatienceToLoad : kPatience);
  if (!answer) return answer.error();
  std::optional<T> unpacked = Unpack<T>(answer->bytes);
  if (!unpacked) return child_.Damaged();
  descriptors = std::move(answer->descriptors);
  return *std::move(unpacked);
}

// Puts the descriptors of the maps, in the order of the answer, into `maps`; those of the programs
// are kept.
Result<LoadAnswer> ContainedObject::AskToLoad(std::vector<Fd>& maps) {
  has_next_ = false;
  Result<LoadAnswer> answer = Ask<LoadAnswer>({ObjectCommand::kLoad}, maps);
  if (!answer) return answer.error().In(subject_ + ": load");
  if (const Status loaded = StatusOf(std::move(answer->error)); !loaded) return loaded.error();
  for (const std::string& warning : answer->warnings) {
    log::Warn("config '{}': {}", config_, warning);
  }
  if (maps.size() < answer->maps.size()) return child_.Damaged().In(subject_ + ": load");
  const auto first_program = maps.begin() + static_cast<std::ptrdiff_t>(answer->maps.size());
  {
    const std::lock_guard lock(loaded_->mutex);
    loaded_->descriptors.assign(std::move_iterator(first_program), std::move_iterator(maps.end()));
  }
  maps.erase(first_program, maps.end());
  programs_ = std::move(answer->programs);
  return answer;
}

Status ContainedObject::LoadNext() {
  maps_.clear();
  std::vector<Fd> maps;
  Result<LoadAnswer> answer = AskToLoad(maps);
  if (!answer) return answer.error();
  auto descriptor = maps.begin();
  for (const MapAnswer& map : answer->maps) {
    const std::chrono::nanoseconds since(map.counted_since);
    maps_.try_emplace(
        map.name,
        HeldMap{std::move(*descriptor++),
                std::chrono::system_clock::time_point(
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(since))});
  }
  return {};
}

Status ContainedObject::Attach() {
  Result<AttachAnswer> answer = Ask<AttachAnswer>({ObjectCommand::kAttach}, links_);
  if (!answer) return answer.error().In(subject_ + ": attach");
  programs_ = std::move(answer->programs);
  either_of_ = std::move(answer->either_of);
  followed_ = std::move(answer->followed);
  followed_.process = child_.runs();
  has_next_ = answer->has_next;
  return {};
}

Status ContainedObject::DropRights() {
  if (!child_.runs()) return {};
  std::vector<Fd> none;
  Result<ErrorParts> answer = Ask<ErrorParts>({ObjectCommand::kDropRights}, none);
  if (!answer) return {};  // it has ended, which Follow() tells
  return StatusOf(std::move(*answer));
}

std::vector<std::string> ContainedObject::WhyNotLater() {
  if (!child_.runs()) return {};
  std::vector<Fd> none;
  Result<std::vector<std::string>> answer =
      Ask<std::vector<std::string>>({ObjectCommand::kWhyNotLater}, none);
  return answer ? *std::move(answer) : std::vector<std::string>();
}

std::vector<PlaceNews> ContainedObject::Follow(const std::shared_ptr<const Present>& present,
                                               Time now) {
  if (!followed_.any()) return {};
  const std::chrono::nanoseconds time = now.time_since_epoch();
  std::vector<Fd> none;
  const bool known = present == given_;
  Result<FollowAnswer> answer =
      Ask<FollowAnswer>({ObjectCommand::kFollow, known ? nullptr : present, time.count()}, none);
  given_ = present;
  if (!answer) {
    const std::string problem =
        answer.error().In("the process that held its links has ended").Message();
    AllDetached(problem);
    return {{problem, true}};
  }
  if (!answer->news.empty()) programs_ = std::move(answer->programs);
  return std::move(answer->news);
}

// Loads and attaches in a new process, which takes the maps that there are.
Status ContainedObject::LoadAgain() {
  do {
    std::vector<Fd> maps;  // the same that this object has
    if (Result<LoadAnswer> answer = AskToLoad(maps); !answer) return answer.error();
    if (Status attached = Attach(); !attached) return attached;
  } while (has_next_);
  return {};
}

Status ContainedObject::StartAgain(const plan::ConfigPlan& plan) {
  LoadOptions options;
  options.btf_path = btf_path_;
  for (const auto& [name, map] : maps_) options.maps.emplace(name, map.fd.get());
  Result<object::Child> child = StartChild(plan, options);
  if (!child) return child.error();
  child_ = *std::move(child);
  given_ = nullptr;
  std::vector<metrics::ProgramStatus> before = programs_;
  Status started = LoadAgain();
  lost_ = !started.ok();
  if (started) return {};
  child_.End();
  followed_ = {};
  programs_ = std::move(before);
  const std::lock_guard lock(loaded_->mutex);
  loaded_->descriptors.clear();
  return started;
}

void ContainedObject::AllDetached(const std::string& problem) {
  followed_ = {};
  lost_ = true;
  const Status removed = RemoveLeftFilters(std::vector<std::string>{config_});
  if (!removed) log::Warn("{}", removed.error().Message());
  for (metrics::ProgramStatus& program : programs_) {
    if (!program.attached) continue;
    program.attached = false;
    program.problem = problem;
    for (metrics::PlaceStatus& place : program.places) {
      if (place.attached) place.problem = problem;
      place.attached = false;
    }
  }
}

std::map<std::uint32_t, ProgramRun> ContainedObject::ProgramStatistics() const {
  std::vector<int> descriptors;
  const std::lock_guard lock(loaded_->mutex);
  for (const Fd& fd : loaded_->descriptors) descriptors.push_back(fd.get());
  return ReadProgramRuns(descriptors);
}

MapHandle ContainedObject::Map(const std::string& name) const {
  const auto map = maps_.find(name);
  return {name, map == maps_.end() ? -1 : map->second.fd.get()};
}

std::chrono::system_clock::time_point ContainedObject::CountedSince(const std::string& map) const {
  const auto held = maps_.find(map);
  return held == maps_.end() ? std::chrono::system_clock::time_point() : held->second.since;
}

}  // namespace bpf_exporter::kernel
