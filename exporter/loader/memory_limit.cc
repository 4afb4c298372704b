// SPDX-License-Identifier: Apache-2.0
#include "loader/memory_limit.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "base/size.h"

namespace bpf_exporter::loader {

plan::MemoryLimit LimitOf(std::optional<std::uint64_t> most, const host::Memory& memory,
                          std::uint64_t promised) {
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
  const auto left = [&](std::uint64_t bytes) { return bytes - std::min(bytes, promised); };
  const std::string beside =
      promised == 0 ? ""
                    : fmt::format(", less the {} that maps of other configurations may still take",
                                  SizeText(promised));
  if (memory.available) {
    lower(left(*memory.available) / kShare,
          fmt::format("a quarter of the {} that this host has available{}",
                      SizeText(*memory.available), beside));
  }
  for (const host::CgroupMemory& cgroup : memory.cgroups) {
    lower(cgroup.limit / kShare, fmt::format("a quarter of the limit of cgroup '{}', {}",
                                             cgroup.path, SizeText(cgroup.limit)));
    lower(left(cgroup.free), fmt::format("what is free below the limit of cgroup '{}', {}{}",
                                         cgroup.path, SizeText(cgroup.limit), beside));
  }
  return limit;
}

}  // namespace bpf_exporter::loader
