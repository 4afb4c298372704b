// SPDX-License-Identifier: Apache-2.0
#include "host/cgroup_names.h"

#include <sys/stat.h>

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/pace.h"
#include "host/cgroup_walk.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kWalkEvery{1};
constexpr std::chrono::minutes kForgetEvery{1};
constexpr std::chrono::minutes kBetweenTellings{1};
constexpr std::size_t kMaxNames = 2'000'000;
constexpr int kMaxDepth = 64;

bool IsRootOfTree(const std::string& folder) {
  constexpr ino_t kRoot = 1;  // kernfs numbers its files from there
  struct stat status {};
  return stat(folder.c_str(), &status) == 0 && status.st_ino == kRoot;
}

}  // namespace

CgroupNames::CgroupNames(std::string mount, Clock now)
    : mount_(std::move(mount)), now_(std::move(now)) {}

void CgroupNames::SetOtherReports(OpenReports open) {
  const std::lock_guard lock(mutex_);
  open_others_ = std::move(open);
}

void CgroupNames::Open() {
  const std::lock_guard lock(mutex_);
  UpdateLocked();
}

bool CgroupNames::ReadEvents() {
  const std::lock_guard lock(mutex_);
  if (!watch_) return false;
  UpdateLocked();
  return true;
}

int CgroupNames::WatchFd() {
  const std::lock_guard lock(mutex_);
  return watch_ ? watch_->fd() : -1;
}

std::optional<std::uint64_t> CgroupNames::LostReports() {
  const std::lock_guard lock(mutex_);
  return watch_ ? std::optional(lost_) : std::nullopt;
}

std::optional<std::string> CgroupNames::Find(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const Entry* entry = FindLocked(id);
  if (entry == nullptr) {
    UpdateLocked();
    entry = FindLocked(id);
  }
  if (entry == nullptr) return std::nullopt;
  return entry->name;
}

bool CgroupNames::Knows(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  return found != entries_.end() && !found->second.IsExpired(now_());
}

bool CgroupNames::LiveSince(std::uint64_t& version,
                            std::unordered_map<std::uint64_t, std::string>& live) {
  const std::lock_guard lock(mutex_);
  UpdateLocked();
  if (version == version_) return false;
  version = version_;
  live.clear();
  for (const auto& [id, entry] : entries_) {
    if (entry.live) live.emplace(id, entry.name);
  }
  return true;
}

const CgroupNames::Entry* CgroupNames::FindLocked(std::uint64_t id) {
  const Time now = now_();
  Entry* const entry = FindKept(entries_, id, now);
  if (entry != nullptr) entry->since = now;
  return entry;
}

void CgroupNames::OpenLocked() {
  if (std::exchange(opened_, true)) return;
  root_ = CgroupRoot(mount_);
  if (!IsCgroup2(root_)) return;
  const bool whole = IsRootOfTree(root_);
  if (!whole) {
    log::Warn(
        "cgroups: '{}' shows one cgroup and what is below it, as in a container: the one is taken "
        "for the root, and all others stay unknown; mount the host's over it, read-only",
        root_);
  }
  Result<std::unique_ptr<CgroupReports>> watch = CgroupWatch::Open(root_);
  // Others tell paths from the root of the tree, which a cgroup namespace does not show.
  if (!watch && open_others_ && whole) {
    log::Debug("cgroups: {}: tracing them instead", watch.error().Message());
    watch = open_others_();
  }
  if (watch) {
    watch_ = *std::move(watch);
  } else {
    log::Debug("cgroups: {}: walking the tree instead", watch.error().Message());
  }
}

void CgroupNames::UpdateLocked() {
  // Watching starts before the walk, so that nothing is missed between the two.
  OpenLocked();
  if (watch_) {
    const CgroupEvents heard = watch_->Drain();
    Apply(heard.events);
    stale_ = stale_ || heard.lost > 0;
    lost_ += heard.lost;
    TellOfLost();
  }
  if (stale_ || !watch_) WalkIfDue();
  ForgetIfDue();
}

void CgroupNames::TellOfLost() {
  const Time now = now_();
  if (lost_ == told_ || now < next_telling_) return;
  log::Warn(
      "cgroups: {} reports of cgroups found no room in the kernel's buffer; those of them that are "
      "gone by now have no name",
      lost_ - told_);
  told_ = lost_;
  next_telling_ = now + kBetweenTellings;
}

void CgroupNames::WalkIfDue() {
  const Time start = now_();
  if (start < next_walk_) return;
  Result<std::vector<Cgroup>> found = WalkCgroups(CgroupRoot(mount_));
  if (found) {
    Take(*std::move(found));
    stale_ = false;
  } else if (!std::exchange(warned_, true)) {
    log::Warn("cgroups: {}: cgroup ids stay unknown", found.error().Message());
  }
  const Time end = now_();
  next_walk_ = end + std::max<Time::duration>(kWalkEvery, RestAfter(end - start));
}

void CgroupNames::Take(std::vector<Cgroup> found) {
  std::unordered_set<std::uint64_t> seen;
  seen.reserve(found.size());
  for (Cgroup& cgroup : found) {
    // Folders of several v1 trees may share an inode number; the first one found keeps it.
    if (seen.insert(cgroup.id).second) See(cgroup.id, std::move(cgroup.path));
  }
  std::vector<std::uint64_t> gone;
  for (const auto& [id, entry] : entries_) {
    if (!seen.contains(id)) gone.push_back(id);
  }
  for (const std::uint64_t id : gone) MarkGone(id);
}

void CgroupNames::ForgetIfDue() {
  const Time now = now_();
  if (now < next_forget_) return;
  next_forget_ = now + kForgetEvery;
  ForgetExpired(entries_, now);
}

void CgroupNames::Apply(const std::vector<CgroupEvent>& events) {
  Removals removals;
  for (const CgroupEvent& event : events) {
    if (event.removed) removals.emplace(*event.id, &event);
  }
  for (const CgroupEvent& event : events) Apply(event, removals);
}

// Returns the path of a cgroup that exists or existed. The parent of a removed cgroup may be gone
// without ever having been seen; then its own removal names its path.
std::optional<std::string> CgroupNames::PathOf(std::uint64_t id, const Removals& removals) const {
  std::string below;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    if (const auto known = entries_.find(id); known != entries_.end()) {
      return known->second.name + below;
    }
    const auto removal = removals.find(id);
    if (removal == removals.end()) break;
    below = "/" + removal->second->name + below;
    id = removal->second->parent;
  }
  return std::nullopt;
}

void CgroupNames::Apply(const CgroupEvent& event, const Removals& removals) {
  if (!event.path.empty() && event.id) {
    if (!event.removed || !entries_.contains(*event.id)) See(*event.id, root_ + event.path);
    if (event.removed) MarkGone(*event.id);
    return;
  }
  if (event.removed) {
    // A cgroup that came and went between two calls appears here for the first time.
    if (!entries_.contains(*event.id)) {
      if (std::optional<std::string> path = PathOf(*event.id, removals)) {
        See(*event.id, *std::move(path));
      }
    }
    MarkGone(*event.id);
    return;
  }
  const auto parent = entries_.find(event.parent);
  if (parent == entries_.end()) return;  // outside of the mounted tree
  std::string path = parent->second.name + "/" + event.name;
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) See(status.st_ino, std::move(path));
}

void CgroupNames::See(std::uint64_t id, std::string path) {
  if (entries_.size() >= kMaxNames && !entries_.contains(id)) return;
  Entry& entry = entries_[id];
  if (!entry.live || entry.name != path) ++version_;
  entry = {{std::move(path), now_()}, true};
}

void CgroupNames::MarkGone(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.live) return;
  found->second.live = false;
  found->second.since = now_();
  ++version_;
}

}  // namespace bpf_exporter::host
