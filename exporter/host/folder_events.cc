// SPDX-License-Identifier: Apache-2.0
#include "host/folder_events.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <iterator>
#include <utility>

namespace bpf_exporter::host {

bool FolderEvents::Watch(std::set<std::string> folders) {
  if (folders.size() > kMaxFolders) {
    folders.erase(std::next(folders.begin(), kMaxFolders), folders.end());
  }
  if (folders == folders_) return false;
  folders_ = std::move(folders);
  fd_ = folders_.empty() ? Fd() : Fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  for (const std::string& folder : folders_) {
    if (!fd_.valid()) break;
    inotify_add_watch(fd_.get(), folder.c_str(),
                      IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                          IN_MOVE_SELF | IN_ONLYDIR);
  }
  return true;
}

bool FolderEvents::Happened() {
  if (!fd_.valid()) return false;
  constexpr int kMaxReads = 1000;
  std::array<char, 65536> events;
  int reads = 0;
  while (reads < kMaxReads && read(fd_.get(), events.data(), events.size()) > 0) ++reads;
  return reads > 0;
}

}  // namespace bpf_exporter::host
