#include "decode/cgroup_names.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "decode/cgroup_walk.h"

namespace bpf_exporter {
namespace {

constexpr std::chrono::seconds kWalkEvery{1};
constexpr int kWalkShare = 20;  // of the time, at most one part
constexpr std::chrono::minutes kKeepGone{10};
constexpr std::size_t kMaxNames = 2'000'000;

}  // namespace

CgroupNames::CgroupNames(std::string mount, Clock now)
    : mount_(std::move(mount)), now_(std::move(now)) {}

std::optional<std::string> CgroupNames::Find(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const Entry* entry = FindLocked(id);
  if (entry == nullptr) {
    WalkIfDue();
    entry = FindLocked(id);
  }
  if (entry == nullptr) return std::nullopt;
  return entry->path;
}

bool CgroupNames::LiveSince(std::uint64_t& version,
                            std::unordered_map<std::uint64_t, std::string>& live) {
  const std::lock_guard lock(mutex_);
  WalkIfDue();
  if (version == version_) return false;
  version = version_;
  live.clear();
  for (const auto& [id, entry] : entries_) {
    if (entry.live) live.emplace(id, entry.path);
  }
  return true;
}

const CgroupNames::Entry* CgroupNames::FindLocked(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  const Time now = now_();
  if (!entry.live && now - entry.used >= kKeepGone) {
    entries_.erase(found);
    return nullptr;
  }
  entry.used = now;
  return &entry;
}

void CgroupNames::WalkIfDue() {
  const Time start = now_();
  if (next_walk_ && start < *next_walk_) return;
  Result<std::vector<Cgroup>> found = WalkCgroups(CgroupRoot(mount_));
  if (found) {
    Take(*std::move(found));
  } else if (!std::exchange(warned_, true)) {
    log::Warn("cgroups: {}: cgroup ids stay unknown", found.error().text);
  }
  const Time end = now_();
  next_walk_ = end + std::max<Time::duration>(kWalkEvery, (end - start) * kWalkShare);
}

void CgroupNames::Take(std::vector<Cgroup> found) {
  const Time now = now_();
  bool changed = false;
  std::unordered_map<std::uint64_t, Entry> before = std::exchange(entries_, {});
  entries_.reserve(found.size());
  for (Cgroup& cgroup : found) {
    const auto old = before.find(cgroup.id);
    changed =
        changed || old == before.end() || !old->second.live || old->second.path != cgroup.path;
    // Where v1 trees have folders of one number, the first one found keeps it.
    entries_.try_emplace(cgroup.id, Entry{std::move(cgroup.path), true, now});
  }
  for (auto& [id, entry] : before) {
    if (entries_.contains(id)) continue;
    if (entry.live) {
      changed = true;
      entry.live = false;
      entry.used = now;
    }
    if (now - entry.used < kKeepGone && entries_.size() < kMaxNames) {
      entries_.emplace(id, std::move(entry));
    }
  }
  if (changed) ++version_;
}

}  // namespace bpf_exporter
