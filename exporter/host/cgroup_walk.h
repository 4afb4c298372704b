// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/cgroup_follower.h"

namespace bpf_exporter::host {

// Returns the folder below `mount` (/sys/fs/cgroup) whose inode numbers are the cgroup ids that BPF
// helpers return: `mount` itself, or its "unified" where a hybrid host has cgroup2. Where there is
// no cgroup2 at all it is `mount` with its v1 trees.
std::string CgroupRoot(const std::string& mount);

// Returns true if `path` lies on a cgroup2 file system.
bool IsCgroup2(const std::string& path);

// Returns every folder from `root` down, `root` first; at most a million, 64 deep. Leaves out what
// cannot be read or vanishes meanwhile; only a `root` that cannot be read is an error.
Result<std::vector<Cgroup>> WalkCgroups(const std::string& root);

}  // namespace bpf_exporter::host
