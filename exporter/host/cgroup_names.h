// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "host/cgroup_follower.h"
#include "host/cgroup_watch.h"

namespace bpf_exporter::host {

// Paths of cgroups by id. Where the kernel tells of new ones (CgroupWatch) it is asked; elsewhere
// an id that is not known costs a walk of the tree, but at most one a second and a twentieth of the
// time, however many there are. A cgroup that is gone keeps its name until it was neither there nor
// asked for for 10 minutes. Any thread.
class CgroupNames {
 public:
  CgroupNames(std::string mount, Clock now);

  // Starts to watch, which needs privileges, and finds what is there; else the first Find does.
  // Without them it is walks.
  void Open();

  // Takes in what the kernel told of since the last call, so that those that come and go between
  // two calls of Find have a name later. False where it does not tell. Without a walk, unless some
  // of it was lost.
  bool Hear();
  // Readable when Hear would take something in; -1 where the kernel does not tell.
  int WatchFd();

  std::optional<std::string> Find(std::uint64_t id);

  // If the cgroups are others than at `version`: replaces `live` with those that exist now.
  bool LiveSince(std::uint64_t& version, std::unordered_map<std::uint64_t, std::string>& live);

 private:
  struct Entry {
    std::string path;
    bool live = false;
    Time used;  // the last walk that saw it or found it gone, or the last Find
  };
  void OpenLocked();
  void UpdateLocked();
  void WalkIfDue();
  void Take(std::vector<Cgroup> found);
  using Removals = std::unordered_map<std::uint64_t, const CgroupEvent*>;  // by the id removed
  void Apply(const std::vector<CgroupEvent>& events);
  void Apply(const CgroupEvent& event, const Removals& removals);
  std::optional<std::string> PathOf(std::uint64_t id, const Removals& removals) const;
  void ForgetExpired();
  void See(std::uint64_t id, std::string path);
  void MarkGone(std::uint64_t id);
  const Entry* FindLocked(std::uint64_t id);

  const std::string mount_;
  const Clock now_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::uint64_t version_ = 0;  // counts the changes
  std::optional<CgroupWatch> watch_;
  bool opened_ = false;
  bool stale_ = true;  // only a walk can tell what is there
  Time next_walk_;     // not before
  Time next_forget_;   // not before
  bool warned_ = false;
};

}  // namespace bpf_exporter::host
