// SPDX-License-Identifier: Apache-2.0
// Tests: cgroup_test.cc, cgroup_names_test.cc
#include "host/cgroup_follower.h"

#include <utility>

#include "host/cgroup_names.h"
#include "host/host.h"

namespace bpf_exporter::host {

CgroupFollower::CgroupFollower(Host& host) : names_(host.UseCgroups()) {}

CgroupChanges CgroupFollower::Poll() {
  CgroupChanges changes;
  std::unordered_map<std::uint64_t, std::string> live;
  if (!names_.LiveSince(version_, live)) return changes;
  const auto same = [](const auto& map, const auto& cgroup) {
    const auto found = map.find(cgroup.first);
    return found != map.end() && found->second == cgroup.second;
  };
  for (const auto& cgroup : known_) {
    if (!same(live, cgroup)) changes.removed.push_back({cgroup.first, cgroup.second});
  }
  for (const auto& cgroup : live) {
    if (!same(known_, cgroup)) changes.created.push_back({cgroup.first, cgroup.second});
  }
  known_ = std::move(live);
  return changes;
}

}  // namespace bpf_exporter::host
