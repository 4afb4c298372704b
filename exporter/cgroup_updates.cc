#include "cgroup_updates.h"

#include <chrono>
#include <exception>

#include "base/log.h"

namespace bpf_exporter {
namespace {

// Asking the kernel what is new costs one system call.
constexpr std::chrono::milliseconds kBetweenUpdates{200};

std::vector<CgroupIdMap*> MapsOf(std::vector<RunningConfig>& configs) {
  std::vector<CgroupIdMap*> maps;
  for (RunningConfig& config : configs) {
    if (config.cgroups) maps.push_back(&*config.cgroups);
  }
  return maps;
}

void UpdateMaps(const std::vector<CgroupIdMap*>& maps) {
  for (CgroupIdMap* map : maps) map->Update();
}

}  // namespace

void UpdateCgroups(std::vector<RunningConfig>& configs) { UpdateMaps(MapsOf(configs)); }

CgroupUpdates::CgroupUpdates(std::vector<RunningConfig>& configs, DecoderContext& context)
    : context_(context), maps_(MapsOf(configs)) {
  if (Update()) thread_ = std::thread([this] { Run(); });
}

CgroupUpdates::~CgroupUpdates() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

// False if there is nothing to follow.
bool CgroupUpdates::Update() {
  try {
    UpdateMaps(maps_);
    return HearOfCgroups(context_) || !maps_.empty();
  } catch (const std::exception& error) {
    log::Error("cgroups: {}", error.what());
    return true;
  }
}

void CgroupUpdates::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kBetweenUpdates, [this] { return stopping_; })) {
    lock.unlock();
    Update();
    lock.lock();
  }
}

}  // namespace bpf_exporter
