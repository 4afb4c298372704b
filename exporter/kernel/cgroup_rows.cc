// SPDX-License-Identifier: Apache-2.0
#include "kernel/cgroup_rows.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>

#include "kernel/cgroup_id_map.h"

namespace bpf_exporter::kernel {
namespace {

// A key that is deleted meanwhile lets the kernel start again at the first one.
constexpr std::size_t kMaxKeys = 4'000'000;

}  // namespace

CgroupRows::CgroupRows(int map_fd, std::uint32_t key_size, std::uint32_t offset, host::Host& host)
    : map_fd_(map_fd), key_size_(key_size), offset_(offset), names_(host.UseCgroups()) {}

void CgroupRows::DeleteForgotten() {
  std::unordered_set<std::uint64_t> known, again;
  for (const std::string& key : Keys()) {
    const std::uint64_t id = IdIn(key);
    if (known.contains(id)) continue;
    if (names_.Knows(id)) {
      known.insert(id);
    } else if (known_.contains(id) && bpf_map_delete_elem(map_fd_, key.data()) != 0 &&
               IsForAMoment(errno)) {
      again.insert(id);  // where it fails for good, the row just stays
    }
  }
  known.merge(again);
  known_ = std::move(known);
}

std::vector<std::string> CgroupRows::Keys() const {
  std::vector<std::string> keys;
  std::string key(key_size_, '\0');
  const void* before = nullptr;
  while (keys.size() < kMaxKeys && bpf_map_get_next_key(map_fd_, before, key.data()) == 0) {
    keys.push_back(key);
    before = keys.back().data();
  }
  return keys;
}

std::uint64_t CgroupRows::IdIn(const std::string& key) const {
  std::uint64_t id = 0;
  std::memcpy(&id, key.data() + offset_, sizeof(id));
  return id;
}

}  // namespace bpf_exporter::kernel
