// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::host {

// fanotify tells parent and name, and the id of a removed one only; others tell path and id.
struct CgroupEvent {
  std::uint64_t parent = 0;         // the id of the cgroup that it happened in
  std::string name;                 // of the folder
  std::optional<std::uint64_t> id;  // of the cgroup itself
  std::string path = {};            // from the root of the tree, "/a/b"; empty: not told
  bool removed = false;             // else created
};

struct CgroupEvents {
  std::vector<CgroupEvent> events;  // in their order
  std::uint64_t lost = 0;           // how many are missing, at least: a walk tells what is there
};

// Cuts the bytes that a read of a fanotify group returned into events (fanotify(7),
// FAN_REPORT_DFID_NAME and FAN_REPORT_TARGET_FID). Counts what has another form as lost.
void ParseCgroupEvents(std::string_view buffer, CgroupEvents& events);

// What tells of cgroups as they are made and removed. One thread at a time.
class CgroupReports {
 public:
  virtual ~CgroupReports() = default;
  // Returns what happened since the last call, without waiting.
  virtual CgroupEvents Drain() = 0;
  // Readable when something happened; for poll(2).
  virtual int fd() const = 0;
};

// Receives a report of every cgroup that is made or removed in one cgroup2 file system. The kernel
// keeps at most fs.fanotify.max_queued_events of them.
class CgroupWatch : public CgroupReports {
 public:
  // Opens the watch; needs CAP_SYS_ADMIN, and Linux 6.6 for cgroup2.
  static Result<std::unique_ptr<CgroupReports>> Open(const std::string& root);
  CgroupEvents Drain() override;
  int fd() const override { return fd_.get(); }

 private:
  explicit CgroupWatch(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace bpf_exporter::host
