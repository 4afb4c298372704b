// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::host {

struct CgroupEvent {
  std::uint64_t parent = 0;         // the id of the cgroup that it happened in
  std::string name;                 // of the folder
  std::optional<std::uint64_t> id;  // of a removed one; the kernel does not tell a new one's
  bool removed = false;             // else created
};

struct CgroupEvents {
  std::vector<CgroupEvent> events;  // in their order
  bool lost = false;                // some are missing: only a walk tells what is there
};

// Cuts the bytes that a read of a fanotify group returned into events (fanotify(7),
// FAN_REPORT_DFID_NAME and FAN_REPORT_TARGET_FID). Counts what has another form as lost.
void ParseCgroupEvents(std::string_view buffer, CgroupEvents& events);

// Receives a report of every cgroup that is made or removed in one cgroup2 file system. The kernel
// keeps at most fs.fanotify.max_queued_events of them. One thread at a time.
class CgroupWatch {
 public:
  // Opens the watch; needs CAP_SYS_ADMIN, and Linux 6.6 for cgroup2.
  static Result<CgroupWatch> Open(const std::string& root);
  // Returns what happened since the last call, without waiting.
  CgroupEvents Drain();
  // Readable when something happened; for poll(2).
  int fd() const { return fd_.get(); }

 private:
  explicit CgroupWatch(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace bpf_exporter::host
