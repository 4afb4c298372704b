// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "host/cgroup_follower.h"
#include "host/cgroup_watch.h"
#include "host/kept_names.h"

namespace bpf_exporter::host {

// Paths of cgroups by id. Where the kernel reports new cgroups (CgroupReports), its reports are
// read; elsewhere an id that is not known costs a walk of the tree, at most one a second and a
// twentieth of the time, however many ids there are. A cgroup that is gone keeps its path for 10
// minutes after it was last seen or asked for. Any thread.
class CgroupNames {
 public:
  // Opens reports where fanotify tells of no cgroups.
  using OpenReports = std::function<Result<std::unique_ptr<CgroupReports>>()>;

  CgroupNames(std::string mount, Clock now);

  // To be called before Open() and the first Find().
  void SetOtherReports(OpenReports open);

  // Starts the watch, which needs privileges, and finds the cgroups that exist; without this call
  // the first Find does. Without the privileges cgroups are found by walks.
  void Open();

  // Reads what the kernel reported since the last call, so that cgroups that come and go between
  // two calls of Find have a name later. Returns false where it reports nothing. Walks only if some
  // reports were lost.
  bool ReadEvents();
  // Returns a descriptor that is readable when ReadEvents would read something; -1 where the kernel
  // reports nothing. Owned by this object.
  int WatchFd();

  // Returns how many reports were lost, at least, as the kernel had no room for them; nothing where
  // it reports nothing.
  std::optional<std::uint64_t> LostReports();

  std::optional<std::string> Find(std::uint64_t id);
  // Returns whether Find would have a path without looking for it; it counts as no question.
  bool Knows(std::uint64_t id);

  // If the cgroups have changed since `version`, replaces `live` by those that exist now, updates
  // `version` and returns true.
  bool LiveSince(std::uint64_t& version, std::unordered_map<std::uint64_t, std::string>& live);

 private:
  // The name is the path; since the last walk that saw it or found it gone, or the last Find.
  struct Entry : KeptName {
    bool live = false;
    bool IsExpired(Time now) const { return !live && KeptName::IsExpired(now); }
  };
  void OpenLocked();
  void UpdateLocked();
  void TellOfLost();
  void WalkIfDue();
  void Take(std::vector<Cgroup> found);
  using Removals = std::unordered_map<std::uint64_t, const CgroupEvent*>;  // by the id removed
  void Apply(const std::vector<CgroupEvent>& events);
  void Apply(const CgroupEvent& event, const Removals& removals);
  std::optional<std::string> PathOf(std::uint64_t id, const Removals& removals) const;
  void ForgetIfDue();
  void See(std::uint64_t id, std::string path);
  void MarkGone(std::uint64_t id);
  const Entry* FindLocked(std::uint64_t id);

  const std::string mount_;
  const Clock now_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::uint64_t version_ = 0;  // counts the changes
  OpenReports open_others_;
  std::unique_ptr<CgroupReports> watch_;
  std::string root_;  // of the tree; set with `watch_`
  bool opened_ = false;
  bool stale_ = true;       // only a walk can tell what is there
  std::uint64_t lost_ = 0;  // reports
  std::uint64_t told_ = 0;  // of them
  Time next_telling_;       // not before
  Time next_walk_;          // not before
  Time next_forget_;        // not before
  bool warned_ = false;
};

}  // namespace bpf_exporter::host
