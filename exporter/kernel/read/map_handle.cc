// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc
#include "kernel/read/map_handle.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <fstream>

namespace bpf_exporter::kernel {

std::uint32_t MapHandle::Id() const {
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  return bpf_obj_get_info_by_fd(fd_, &info, &size) == 0 ? info.id : 0;
}

std::uint64_t MapHandle::MemoryBytes() const {
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", fd_));
  for (std::string key; info >> key;) {
    std::uint64_t bytes = 0;
    if (key == "memlock:" && info >> bytes) return bytes;
  }
  return 0;
}

}  // namespace bpf_exporter::kernel
