// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"

namespace bpf_exporter::host {

// Follows the folders at certain paths as they are made, removed and made anew: a cgroup that
// systemd makes at each start of a service has another inode every time. The kernel's inotify only
// wakes; what is there is asked for at each call, so nothing that inotify misses is missed for
// longer than the caller waits between two calls. One thread.
class FolderWatch {
 public:
  // `paths` are absolute. Nothing need be there.
  explicit FolderWatch(std::vector<std::string> paths);

  // Looks at all paths. Returns the inode number of the folder at each of them, in the order of
  // `paths`; 0: there is none. Valid until the next call.
  const std::vector<std::uint64_t>& Look();

  const std::vector<std::string>& paths() const { return paths_; }
  // Readable when something may have changed since the last Look(); for poll(2). -1 where the
  // kernel gives no inotify, such as over a limit of the user's.
  int fd() const { return fd_.get(); }

 private:
  void Drain();
  void Watch(const std::string& path);

  std::vector<std::string> paths_;
  std::vector<std::uint64_t> inodes_;
  Fd fd_;
};

}  // namespace bpf_exporter::host
