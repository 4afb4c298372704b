// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/stoppable_thread.h"
#include "host/binary_watch.h"
#include "host/cpu_watch.h"
#include "host/folder_watch.h"
#include "host/interface_watch.h"
#include "loader/loaded_config.h"
#include "loader/restart_pace.h"
#include "metrics/statuses.h"

namespace bpf_exporter::loader {

// Keeps programs attached while it lives, on a thread of its own: to network interfaces, binaries,
// cgroups, modules of the kernel and CPUs that come, go and come back. Asks the kernel every second
// whether what is attached still is, and at once when it tells of an interface or a folder.
// Starts the process of a configuration
// again that has ended, at the pace of RestartPace. Whatever changes is logged, and in the
// statuses. Nobody waits for it: the kernel may take long to attach. It has no thread where no
// program is at such a place.
class AttachmentUpdates {
 public:
  // Looks once, then follows. `configs` and `statuses` outlive it; from now on the programs of
  // `configs` and their statuses are its own. `cpus` is from before these were attached. Logs once
  // for each program that it cannot attach later for want of a capability.
  AttachmentUpdates(std::vector<RunningConfig>& configs, metrics::Statuses& statuses,
                    host::CpuWatch cpus);
  AttachmentUpdates(const AttachmentUpdates&) = delete;
  AttachmentUpdates& operator=(const AttachmentUpdates&) = delete;

 private:
  void Update();
  void LookAtHost();
  bool Follow(std::size_t index);
  bool StartAgainIfDue(std::size_t index, Time now);
  void Run(const StoppableThread::Stop& stop);

  std::vector<RunningConfig>& configs_;
  std::vector<RestartPace> paces_;  // of their processes
  metrics::Statuses& statuses_;
  const kernel::Followed followed_;
  std::optional<host::InterfaceWatch> interfaces_;
  host::FolderWatch cgroups_;
  host::BinaryWatch binaries_;
  std::optional<host::CpuWatch> cpus_;
  kernel::Present present_;
  std::string packed_;                             // as it was last
  std::shared_ptr<const kernel::Present> shared_;  // the same for the processes
  std::string problem_;                            // of the watch, as it was logged last
  StoppableThread thread_;                         // last, since it uses the others
};

}  // namespace bpf_exporter::loader
