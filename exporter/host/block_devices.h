// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "host/kept_names.h"

namespace bpf_exporter::host {

// Names of block devices, from /proc/partitions. The file is read at the first question, again
// after 10 s, and after 1 s for a device that was never there. A device that is gone keeps its name
// for 10 minutes. Any thread.
class BlockDevices {
 public:
  BlockDevices(std::string path, Clock now);
  std::optional<std::string> Name(std::uint32_t major, std::uint32_t minor);

 private:
  void ReadLocked();

  const std::string path_;
  const Clock now_;
  std::mutex mutex_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, KeptName> devices_;  // since last there
  std::optional<Time> read_at_;
  bool warned_ = false;
};

}  // namespace bpf_exporter::host
