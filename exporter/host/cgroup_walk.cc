// SPDX-License-Identifier: Apache-2.0
// Tests: cgroup_test.cc
#include "host/cgroup_walk.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/folder.h"

namespace bpf_exporter::host {
namespace {

constexpr std::size_t kMaxCgroups = 1'000'000;
constexpr int kMaxDepth = 64;

struct Folder {
  std::string path;
  int depth;
};

// Adds the folder itself to `found` and the folders in it to `open`.
Status Visit(const Folder& folder, std::vector<Cgroup>& found, std::vector<Folder>& open) {
  const FolderPtr dir = OpenFolder(folder.path);
  if (dir == nullptr) return ErrnoError("open '" + folder.path + "'", errno);
  struct stat status {};
  if (fstat(dirfd(dir.get()), &status) != 0) {
    return ErrnoError("stat '" + folder.path + "'", errno);
  }
  found.push_back({status.st_ino, folder.path});
  if (folder.depth == kMaxDepth) return {};
  while (const dirent* const entry = readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (entry->d_type != DT_DIR || name == "." || name == "..") continue;
    if (found.size() + open.size() >= kMaxCgroups) break;
    std::string path = folder.path;
    path.append("/").append(name);
    open.push_back({std::move(path), folder.depth + 1});
  }
  return {};
}

}  // namespace

bool IsCgroup2(const std::string& path) {
  struct statfs filesystem {};
  return statfs(path.c_str(), &filesystem) == 0 && filesystem.f_type == CGROUP2_SUPER_MAGIC;
}

std::string CgroupRoot(const std::string& mount) {
  const std::string unified = mount + "/unified";
  return !IsCgroup2(mount) && IsCgroup2(unified) ? unified : mount;
}

Result<std::vector<Cgroup>> WalkCgroups(const std::string& root) {
  std::vector<Cgroup> found;
  std::vector<Folder> open;
  if (const Status visited = Visit({root, 0}, found, open); !visited) return visited.error();
  while (!open.empty()) {
    const Folder next = std::move(open.back());
    open.pop_back();
    // A cgroup may be removed at any time; then it is not among those found.
    static_cast<void>(Visit(next, found, open));
  }
  return found;
}

}  // namespace bpf_exporter::host
