// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "host/host.h"

namespace bpf_exporter::kernel {

// The rows of a hash whose keys hold a cgroup id. Those of cgroups that are gone, and whose names
// the host has forgotten, are of no use any more and are deleted, so that containers which come and
// go do not fill the map. One thread; map and host outlive it.
class CgroupRows {
 public:
  // Keys have `key_size` bytes, the id 8 of them from `offset` on.
  CgroupRows(int map_fd, std::uint32_t key_size, std::uint32_t offset, host::Host& host);

  // Deletes the rows of cgroups that the host knew at an earlier call and does not know now.
  void DeleteForgotten();

 private:
  std::vector<std::string> Keys() const;
  std::uint64_t IdIn(const std::string& key) const;

  int map_fd_;
  std::uint32_t key_size_;
  std::uint32_t offset_;
  host::CgroupNames& names_;
  std::unordered_set<std::uint64_t> known_;
};

}  // namespace bpf_exporter::kernel
