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

void Update(const std::vector<CgroupIdMap*>& maps) {
  try {
    for (CgroupIdMap* map : maps) map->Update();
  } catch (const std::exception& error) {
    log::Error("cgroup_id_map: {}", error.what());
  }
}

}  // namespace

void UpdateCgroups(std::vector<RunningConfig>& configs) { Update(MapsOf(configs)); }

CgroupUpdates::CgroupUpdates(std::vector<RunningConfig>& configs) : maps_(MapsOf(configs)) {
  if (maps_.empty()) return;
  Update(maps_);
  thread_ = std::thread([this] { Run(); });
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

void CgroupUpdates::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kBetweenUpdates, [this] { return stopping_; })) {
    lock.unlock();
    Update(maps_);
    lock.lock();
  }
}

}  // namespace bpf_exporter
