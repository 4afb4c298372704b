#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "decode/decoder.h"

// The host's cgroups, for what needs more than the decoder: cgroup_id_map.
namespace bpf_exporter {

class CgroupNames;

struct Cgroup {
  std::uint64_t id = 0;  // as bpf_get_current_cgroup_id() returns it: the folder's inode number
  std::string path;      // as mounted: /sys/fs/cgroup/system.slice/ssh.service
};

struct CgroupChanges {
  std::vector<Cgroup> created;
  std::vector<Cgroup> removed;
};

// Takes in what the kernel tells of cgroups that come and go, for decoders that name them later.
// False where it tells nothing, or none names any. Any thread.
bool HearOfCgroups(DecoderContext& context);
// Readable when the kernel has something to tell; -1 where it tells nothing. The context's.
int CgroupWatchFd(DecoderContext& context);

// Tells one reader what cgroups came and went. One thread; `context` outlives it.
class CgroupFollower {
 public:
  explicit CgroupFollower(DecoderContext& context);
  // What is different from the last call; all that exist at the first. Where the kernel does not
  // tell (see CgroupNames) it costs a walk of the tree, and nothing changes within a second.
  CgroupChanges Poll();

 private:
  CgroupNames& names_;
  std::unordered_map<std::uint64_t, std::string> known_;
  std::uint64_t version_ = 0;
};

}  // namespace bpf_exporter
