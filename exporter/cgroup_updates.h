#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "running_config.h"

namespace bpf_exporter {

// Brings the maps of `cgroup_id_map` up to date once.
void UpdateCgroups(std::vector<RunningConfig>& configs);

// Keeps the maps of `cgroup_id_map` up to date while it lives, on a thread of its own: what a new
// cgroup does before it is in the map is not counted. No such map, no thread.
class CgroupUpdates {
 public:
  // Fills the maps, then follows. The configurations outlive it.
  explicit CgroupUpdates(std::vector<RunningConfig>& configs);
  ~CgroupUpdates();
  CgroupUpdates(const CgroupUpdates&) = delete;
  CgroupUpdates& operator=(const CgroupUpdates&) = delete;

 private:
  void Run();

  std::vector<CgroupIdMap*> maps_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bpf_exporter
