// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "decode/patterns.h"
#include "host/cgroup_follower.h"
#include "host/host.h"

namespace bpf_exporter {

// Keeps a program's map of cgroups as they come and go: those whose path matches one of the
// expressions have the value 1. One thread; the map outlives it.
class CgroupIdMap {
 public:
  // Construct before Host::Open(). `spec` has been resolved.
  CgroupIdMap(std::string config, const CgroupIdMapSpec& spec, int map_fd, Host& host);

  // Brings the map up to date. What it has no room for waits until others go; that, and any other
  // failure, is logged, once.
  void Update();

 private:
  bool Add(const Cgroup& cgroup);
  void Remove(const Cgroup& cgroup);
  void Warn(const Cgroup& cgroup, int code);

  std::string config_;
  CgroupMapType type_;
  std::string map_;
  int map_fd_;
  Patterns patterns_;
  CgroupFollower follower_;
  std::vector<Cgroup> waiting_;  // for room in the map
  bool warned_ = false;
};

}  // namespace bpf_exporter
