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
namespace {

constexpr int kTriesAtOnce = 3;

}  // namespace

bool IsForAMoment(int code) { return code == EAGAIN || code == EBUSY || code == ENOMEM; }

CgroupIdMap::CgroupIdMap(std::string config, const config::CgroupIdMapSpec& spec, int map_fd,
                         host::Host& host)
    : CgroupIdMap(std::move(config), spec, map_fd, host, bpf_map_update_elem) {}

CgroupIdMap::CgroupIdMap(std::string config, const config::CgroupIdMapSpec& spec, int map_fd,
                         host::Host& host, UpdateElement update)
    : config_(std::move(config)),
      type_(spec.type),
      map_(spec.name.value),
      map_fd_(map_fd),
      patterns_(spec.regexps),
      follower_(host),
      update_(update) {}

void CgroupIdMap::Update() {
  const host::CgroupChanges changes = follower_.Poll();
  // Removals come first, since an inode number can be used again.
  std::vector<host::Cgroup> removed = std::exchange(leaving_, {});
  removed.insert(removed.end(), changes.removed.begin(), changes.removed.end());
  for (const host::Cgroup& cgroup : removed) {
    if (Remove(cgroup) == Outcome::kLater) leaving_.push_back(cgroup);
  }
  AddWaiting();
  for (const host::Cgroup& cgroup : changes.created) {
    std::erase_if(leaving_, [&](const host::Cgroup& other) { return other.id == cgroup.id; });
    if (!patterns_.AnyMatches(cgroup.path)) continue;
    if (Add(cgroup) != Outcome::kDone) waiting_.push_back(cgroup);
  }
}

// Adds those that wait, up to the first for which there is no room.
void CgroupIdMap::AddWaiting() {
  std::vector<host::Cgroup> waiting = std::exchange(waiting_, {});
  while (!waiting.empty()) {
    const Outcome outcome = Add(waiting.back());
    if (outcome == Outcome::kFull) break;
    if (outcome == Outcome::kLater) waiting_.push_back(waiting.back());
    waiting.pop_back();
  }
  waiting_.insert(waiting_.end(), waiting.begin(), waiting.end());
}

CgroupIdMap::Outcome CgroupIdMap::Add(const host::Cgroup& cgroup) {
  if (type_ == config::CgroupMapType::kHash) return Set(&cgroup.id, cgroup);
  // The kernel keeps this value with the cgroup, which it finds by a descriptor of its folder.
  const Fd folder(open(cgroup.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) return Outcome::kLater;
    if (errno != ENOENT) Warn(cgroup, errno);  // one that is gone again needs nothing
    return Outcome::kDone;
  }
  const int key = folder.get();
  return Set(&key, cgroup);
}

CgroupIdMap::Outcome CgroupIdMap::Set(const void* key, const host::Cgroup& cgroup) {
  const std::uint64_t one = 1;
  // A program that makes the storage of the cgroup at the same time is through in a moment, and
  // until the next call events would be missed.
  for (int tries = 0; tries < kTriesAtOnce; ++tries) {
    if (update_(map_fd_, key, &one, BPF_ANY) == 0) return Outcome::kDone;
    if (!IsForAMoment(errno)) break;
  }
  const int code = errno;
  if (IsForAMoment(code)) return Outcome::kLater;
  Warn(cgroup, code);
  return code == E2BIG ? Outcome::kFull : Outcome::kDone;
}

CgroupIdMap::Outcome CgroupIdMap::Remove(const host::Cgroup& cgroup) {
  std::erase_if(waiting_, [&](const host::Cgroup& other) { return other.id == cgroup.id; });
  if (type_ != config::CgroupMapType::kHash) return Outcome::kDone;  // went with the cgroup
  if (bpf_map_delete_elem(map_fd_, &cgroup.id) == 0 || errno == ENOENT) return Outcome::kDone;
  if (IsForAMoment(errno)) return Outcome::kLater;
  Warn(cgroup, errno);
  return Outcome::kDone;
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
