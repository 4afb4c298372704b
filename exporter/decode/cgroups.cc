#include "decode/cgroups.h"

#include <utility>

#include "decode/cgroup_names.h"
#include "decode/context.h"

namespace bpf_exporter {

bool HearOfCgroups(DecoderContext& context) { return context.HearOfCgroups(); }
int CgroupWatchFd(DecoderContext& context) { return context.CgroupWatchFd(); }

CgroupFollower::CgroupFollower(DecoderContext& context) : names_(context.UseCgroups()) {}

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

}  // namespace bpf_exporter
