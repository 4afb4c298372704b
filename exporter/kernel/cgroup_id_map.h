// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "decode/patterns.h"
#include "host/cgroup_follower.h"
#include "host/host.h"

namespace bpf_exporter::kernel {

// Keeps a program's map of cgroups up to date as cgroups come and go: those whose path matches one
// of the expressions have the value 1. One thread; the map outlives it.
class CgroupIdMap {
 public:
  // Construct before Host::Open(). `spec` has been resolved.
  CgroupIdMap(std::string config, const config::CgroupIdMapSpec& spec, int map_fd,
              host::Host& host);

  // Brings the map up to date. Cgroups for which the map has no room wait until others go; that,
  // and any other failure, is logged once.
  void Update();

 private:
  bool Add(const host::Cgroup& cgroup);
  void Remove(const host::Cgroup& cgroup);
  void Warn(const host::Cgroup& cgroup, int code);

  std::string config_;
  config::CgroupMapType type_;
  std::string map_;
  int map_fd_;
  decode::Patterns patterns_;
  host::CgroupFollower follower_;
  std::vector<host::Cgroup> waiting_;  // for room in the map
  bool warned_ = false;
};

}  // namespace bpf_exporter::kernel
