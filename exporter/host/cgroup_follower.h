// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace bpf_exporter::host {

class CgroupNames;
class Host;

struct Cgroup {
  std::uint64_t id = 0;  // as bpf_get_current_cgroup_id() returns it: the folder's inode number
  std::string path;      // as mounted: /sys/fs/cgroup/system.slice/ssh.service
};

struct CgroupChanges {
  std::vector<Cgroup> created;
  std::vector<Cgroup> removed;
};

// Tells one reader what cgroups came and went. One thread; `host` outlives it.
class CgroupFollower {
 public:
  explicit CgroupFollower(Host& host);
  // Returns what changed since the last call; at the first call, all that exist. Where the kernel
  // does not report new cgroups (see CgroupNames) it walks the tree, at most once a second.
  CgroupChanges Poll();

 private:
  CgroupNames& names_;
  std::unordered_map<std::uint64_t, std::string> known_;
  std::uint64_t version_ = 0;
};

}  // namespace bpf_exporter::host
