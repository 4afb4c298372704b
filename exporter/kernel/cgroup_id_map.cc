// SPDX-License-Identifier: Apache-2.0
#include "kernel/cgroup_id_map.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/fd.h"
#include "base/log.h"

namespace bpf_exporter::kernel {

CgroupIdMap::CgroupIdMap(std::string config, const config::CgroupIdMapSpec& spec, int map_fd,
                         host::Host& host)
    : config_(std::move(config)),
      type_(spec.type),
      map_(spec.name.value),
      map_fd_(map_fd),
      patterns_(spec.regexps),
      follower_(host) {}

void CgroupIdMap::Update() {
  const host::CgroupChanges changes = follower_.Poll();
  // Removals come first, since an inode number can be used again.
  for (const host::Cgroup& cgroup : changes.removed) Remove(cgroup);
  while (!waiting_.empty() && Add(waiting_.back())) waiting_.pop_back();
  for (const host::Cgroup& cgroup : changes.created) {
    if (patterns_.AnyMatches(cgroup.path) && !Add(cgroup)) waiting_.push_back(cgroup);
  }
}

// Returns false if the map is full.
bool CgroupIdMap::Add(const host::Cgroup& cgroup) {
  const std::uint64_t one = 1;
  if (type_ == config::CgroupMapType::kHash) {
    if (bpf_map_update_elem(map_fd_, &cgroup.id, &one, BPF_ANY) == 0) return true;
    const int code = errno;
    Warn(cgroup, code);
    return code != E2BIG;
  }
  // The kernel keeps this value with the cgroup, which it finds by a descriptor of its folder.
  const Fd folder(open(cgroup.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) {
    if (errno != ENOENT) Warn(cgroup, errno);  // one that is gone again needs nothing
    return true;
  }
  const int key = folder.get();
  if (bpf_map_update_elem(map_fd_, &key, &one, BPF_ANY) != 0) Warn(cgroup, errno);
  return true;
}

void CgroupIdMap::Remove(const host::Cgroup& cgroup) {
  if (type_ != config::CgroupMapType::kHash) return;  // went with the cgroup
  std::erase_if(waiting_, [&](const host::Cgroup& other) { return other.id == cgroup.id; });
  if (bpf_map_delete_elem(map_fd_, &cgroup.id) != 0 && errno != ENOENT) Warn(cgroup, errno);
}

void CgroupIdMap::Warn(const host::Cgroup& cgroup, int code) {
  if (std::exchange(warned_, true)) return;
  const std::string what = fmt::format("map '{}': cgroup '{}'", map_, cgroup.path);
  if (code == E2BIG) {
    log::Warn(
        "config '{}': {} is left out until others go: the map is full; give it more max_entries; "
        "further ones are not logged",
        config_, what);
    return;
  }
  log::Warn("config '{}': {}; further ones are not logged", config_,
            ErrnoError(what, code).Message());
}

}  // namespace bpf_exporter::kernel
