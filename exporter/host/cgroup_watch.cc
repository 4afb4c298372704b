// SPDX-License-Identifier: Apache-2.0
#include "host/cgroup_watch.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"

namespace bpf_exporter::host {
namespace {

// A handle of kernfs is the 64-bit id (include/linux/exportfs.h); libc has no name for it.
constexpr int kKernfsHandle = 0xfe;

struct Handle {
  std::uint64_t id;
  std::string_view rest;  // what follows it in the record
};

// Returns the id in the fanotify_event_info_fid record `record`.
std::optional<Handle> ReadHandle(std::string_view record) {
  constexpr std::size_t kBefore = sizeof(fanotify_event_info_fid);
  constexpr std::size_t kIdAt = kBefore + offsetof(file_handle, f_handle);
  if (record.size() < kIdAt + sizeof(std::uint64_t)) return std::nullopt;
  const auto bytes = Load<unsigned>(record.data() + kBefore + offsetof(file_handle, handle_bytes));
  const auto type = Load<int>(record.data() + kBefore + offsetof(file_handle, handle_type));
  if (bytes != sizeof(std::uint64_t) || type != kKernfsHandle) return std::nullopt;
  return Handle{Load<std::uint64_t>(record.data() + kIdAt), record.substr(kIdAt + bytes)};
}

// Fills `event` from the information records of one event; returns false if they do not suffice.
bool ReadRecords(std::string_view records, CgroupEvent& event) {
  bool has_name = false;
  while (!records.empty()) {
    if (records.size() < sizeof(fanotify_event_info_header)) return false;
    const auto header = Load<fanotify_event_info_header>(records.data());
    if (header.len < sizeof(header) || header.len > records.size()) return false;
    const std::optional<Handle> handle = ReadHandle(records.substr(0, header.len));
    if (!handle) return false;
    if (header.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME) {
      event.parent = handle->id;
      event.name = handle->rest.substr(0, handle->rest.find('\0'));
      has_name = !event.name.empty();
    } else if (header.info_type == FAN_EVENT_INFO_TYPE_FID) {
      event.id = handle->id;
    }
    records.remove_prefix(header.len);
  }
  return has_name && (event.id || !event.removed);
}

}  // namespace

void ParseCgroupEvents(std::string_view buffer, CgroupEvents& events) {
  while (!buffer.empty()) {
    fanotify_event_metadata event{};
    if (buffer.size() >= sizeof(event)) event = Load<fanotify_event_metadata>(buffer.data());
    if (event.vers != FANOTIFY_METADATA_VERSION || event.event_len > buffer.size() ||
        event.event_len < event.metadata_len || event.metadata_len < sizeof(event)) {
      ++events.lost;
      return;
    }
    CgroupEvent read;
    read.removed = (event.mask & FAN_DELETE) != 0;
    const std::string_view records =
        buffer.substr(event.metadata_len, event.event_len - event.metadata_len);
    if ((event.mask & FAN_Q_OVERFLOW) != 0 || !ReadRecords(records, read)) {
      ++events.lost;
    } else if ((event.mask & FAN_ONDIR) != 0) {
      events.events.push_back(std::move(read));
    }
    buffer.remove_prefix(event.event_len);
  }
}

Result<std::unique_ptr<CgroupReports>> CgroupWatch::Open(const std::string& root) {
  const std::string context = "watch '" + root + "'";
  Fd fd(fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID |
                          FAN_REPORT_DFID_NAME | FAN_REPORT_TARGET_FID,
                      O_RDONLY));
  if (!fd.valid()) return ErrnoError(context + ": fanotify_init", errno);
  if (fanotify_mark(fd.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
                    FAN_CREATE | FAN_DELETE | FAN_ONDIR, AT_FDCWD, root.c_str()) != 0) {
    return ErrnoError(context + ": fanotify_mark", errno);
  }
  return std::unique_ptr<CgroupReports>(new CgroupWatch(std::move(fd)));
}

CgroupEvents CgroupWatch::Drain() {
  // This is more than the kernel keeps by default; if a flood goes on during the call, the rest
  // counts as lost, and a walk follows.
  constexpr std::size_t kMaxEvents = 100'000;
  CgroupEvents events;
  std::array<char, 65536> buffer;
  while (events.events.size() < kMaxEvents) {
    const ssize_t got = read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return events;
    if (got <= 0) break;
    ParseCgroupEvents({buffer.data(), static_cast<std::size_t>(got)}, events);
  }
  ++events.lost;
  return events;
}

}  // namespace bpf_exporter::host
