// SPDX-License-Identifier: Apache-2.0
#include "loader/memory_limit.h"

#include <fmt/core.h>

#include "base/size.h"

namespace bpf_exporter::loader {

plan::MemoryLimit LimitOf(std::optional<std::uint64_t> most, const host::Memory& memory) {
  constexpr std::uint64_t kOneMap = std::uint64_t{1} << 30;
  constexpr std::uint64_t kShare = 4;
  if (most) return {*most, *most, "--bpf.max-memory"};
  plan::MemoryLimit limit;
  limit.one_map = kOneMap;
  const auto lower = [&](std::uint64_t bytes, const std::string& reason) {
    if (bytes >= limit.all_maps) return;
    limit.all_maps = bytes;
    limit.reason = reason;
  };
  if (memory.available) {
    lower(*memory.available / kShare,
          fmt::format("a quarter of the {} that this host has available",
                      SizeText(*memory.available)));
  }
  for (const host::CgroupMemory& cgroup : memory.cgroups) {
    lower(cgroup.limit / kShare, fmt::format("a quarter of the limit of cgroup '{}', {}",
                                             cgroup.path, SizeText(cgroup.limit)));
    lower(cgroup.free, fmt::format("what is free below the limit of cgroup '{}', {}", cgroup.path,
                                   SizeText(cgroup.limit)));
  }
  return limit;
}

}  // namespace bpf_exporter::loader
