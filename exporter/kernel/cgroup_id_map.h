// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "decode/patterns.h"
#include "host/cgroup_follower.h"
#include "host/host.h"

namespace bpf_exporter::kernel {

// Returns whether the kernel refused to change a map for a reason that passes: another CPU was at
// it, or there was no memory at once.
bool IsForAMoment(int code);

// Keeps a program's map of cgroups up to date as cgroups come and go: those whose path matches one
// of the expressions have the value 1. One thread; the map outlives it.
class CgroupIdMap {
 public:
  // Sets the element of a map and returns 0, or -1 with errno, as bpf_map_update_elem() does.
  using UpdateElement = int (*)(int fd, const void* key, const void* value, __u64 flags);

  // Construct before Host::Open(). `spec` has been resolved.
  CgroupIdMap(std::string config, const config::CgroupIdMapSpec& spec, int map_fd,
              host::Host& host);
  // The same for tests, with another way to the kernel.
  CgroupIdMap(std::string config, const config::CgroupIdMapSpec& spec, int map_fd, host::Host& host,
              UpdateElement update);

  // Brings the map up to date. Cgroups for which the map has no room wait until others go; what the
  // kernel cannot do at the moment (EAGAIN, EBUSY, ENOMEM, or no descriptor for the folder) is
  // tried again at the next call. A map that is full, and any other failure, is logged once.
  void Update();

 private:
  // What came of a change of the map.
  enum class Outcome { kDone, kLater, kFull };

  void AddWaiting();
  Outcome Add(const host::Cgroup& cgroup);
  Outcome Set(const void* key, const host::Cgroup& cgroup);
  Outcome Remove(const host::Cgroup& cgroup);
  void Warn(const host::Cgroup& cgroup, int code);

  std::string config_;
  config::CgroupMapType type_;
  std::string map_;
  int map_fd_;
  decode::Patterns patterns_;
  host::CgroupFollower follower_;
  UpdateElement update_;
  std::vector<host::Cgroup> waiting_;  // for room in the map, or for another try
  std::vector<host::Cgroup> leaving_;  // for another try
  bool warned_ = false;
};

}  // namespace bpf_exporter::kernel
