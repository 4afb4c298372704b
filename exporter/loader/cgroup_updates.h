// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/stoppable_thread.h"
#include "host/host.h"
#include "loader/loaded_config.h"

namespace bpf_exporter::loader {

// Brings the maps of `cgroup_id_map` up to date once.
void UpdateCgroups(std::vector<RunningConfig>& configs);

// Follows the cgroups while it lives, on a thread of its own: keeps the maps of `cgroup_id_map` up
// to date (what a new cgroup does before it is in the map is not counted), and the names of those
// that come and go, for decoders; and deletes the rows of those that are long gone. It has no
// thread where nothing of that is wanted.
class CgroupUpdates {
 public:
  // Fills the maps, then follows. The configurations and the host outlive it.
  CgroupUpdates(std::vector<RunningConfig>& configs, host::Host& host);
  CgroupUpdates(const CgroupUpdates&) = delete;
  CgroupUpdates& operator=(const CgroupUpdates&) = delete;

 private:
  bool Update();
  void DeleteForgottenRows();
  void Run(const StoppableThread::Stop& stop);

  host::Host& host_;
  std::vector<kernel::CgroupIdMap*> maps_;
  std::vector<kernel::CgroupRows*> rows_;
  StoppableThread thread_;  // last, since it uses the others
};

}  // namespace bpf_exporter::loader
