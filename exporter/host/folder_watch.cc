// SPDX-License-Identifier: Apache-2.0
#include "host/folder_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <utility>

namespace bpf_exporter::host {
namespace {

// Of the folder's inode; 0: there is none.
std::uint64_t FolderInode(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) ? status.st_ino : 0;
}

}  // namespace

FolderWatch::FolderWatch(std::vector<std::string> paths) : paths_(std::move(paths)) {
  if (!paths_.empty()) fd_ = Fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

const std::vector<std::uint64_t>& FolderWatch::Look() {
  Drain();
  inodes_.clear();
  for (const std::string& path : paths_) {
    Watch(path);
    inodes_.push_back(FolderInode(path));
  }
  return inodes_;
}

// What the events say is asked for again.
void FolderWatch::Drain() {
  if (!fd_.valid()) return;
  constexpr int kMaxReads = 1000;
  std::array<char, 65536> events;
  for (int i = 0; i < kMaxReads && read(fd_.get(), events.data(), events.size()) > 0; ++i) {
  }
}

// Watches each folder above `path`, from the top: whatever is made below one that is watched
// already is seen by the walk or told by the kernel. A folder that is watched keeps its watch, one
// that is gone has lost it.
void FolderWatch::Watch(const std::string& path) {
  if (!fd_.valid()) return;
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    if (inotify_add_watch(fd_.get(), above.c_str(),
                          IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                              IN_ONLYDIR) < 0) {
      return;
    }
  }
}

}  // namespace bpf_exporter::host
