// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "base/fd.h"

namespace bpf_exporter::host {

// Hears when something is made, removed or renamed in certain folders, by inotify. The file systems
// of the kernel itself, such as procfs, tell nothing. One thread.
class FolderEvents {
 public:
  static constexpr std::size_t kMaxFolders = 128;

  // Watches these folders, or the first kMaxFolders of them, and no others from now on. What is not
  // there is left out. Returns whether they are others than before.
  bool Watch(std::set<std::string> folders);

  // Returns whether something happened since the last call.
  bool Happened();

  // Readable when something happened; for poll(2). Another after Watch(); -1 where nothing is
  // watched, or the kernel gives no inotify.
  int fd() const { return fd_.get(); }

 private:
  std::set<std::string> folders_;
  Fd fd_;
};

}  // namespace bpf_exporter::host
