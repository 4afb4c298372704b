// SPDX-License-Identifier: Apache-2.0
// Tests: cgroup_trace_test.cc, cgroup_names_test.cc
#include "kernel/cgroup_trace.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <new>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "kernel/cgroup_trace_object.h"
#include "kernel/programs/cgroup_report.h"
#include "object/libbpf_log.h"

namespace bpf_exporter::kernel {
namespace {

// As many as fit into the buffer and come meanwhile; what is left keeps the descriptor readable.
constexpr std::size_t kMaxEvents = 100'000;

// Called from C, through which nothing may be thrown.
int OnReport(void* events, void* data, std::size_t size) noexcept {
  auto& read = *static_cast<host::CgroupEvents*>(events);
  try {
    ReadCgroupReport({static_cast<const char*>(data), size}, read);
  } catch (const std::bad_alloc&) {
    ++read.lost;
  }
  return read.events.size() < kMaxEvents ? 0 : -EAGAIN;
}

Error Failed(const object::LibbpfLog& log, std::string_view what, int code) {
  Error error = ErrnoError(what, code);
  if (!log.lines().empty()) error.AddRemedy(log.lines().back());
  return error.In("trace cgroups");
}

}  // namespace

void ReadCgroupReport(std::string_view record, host::CgroupEvents& events) {
  constexpr std::size_t kPath = offsetof(cgroup_report, path);
  const std::string_view path = record.substr(std::min(kPath, record.size()));
  const std::size_t end = path.find('\0');
  if (end == std::string_view::npos || !path.starts_with('/')) {
    ++events.lost;
    return;
  }
  host::CgroupEvent& event = events.events.emplace_back();
  event.id = Load<std::uint64_t>(record.data() + offsetof(cgroup_report, id));
  event.removed = record[offsetof(cgroup_report, removed)] != 0;
  event.path = path.substr(0, end);
}

Result<std::unique_ptr<host::CgroupReports>> CgroupTrace::Open() {
  std::unique_ptr<CgroupTrace> trace(new CgroupTrace());
  if (Status loaded = trace->Load(); !loaded) return loaded.error();
  return std::unique_ptr<host::CgroupReports>(std::move(trace));
}

Status CgroupTrace::Load() {
  const object::LibbpfLog log;
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "cgroup_trace");
  object_.reset(bpf_object__open_mem(kCgroupTraceObject, kCgroupTraceObjectSize, &options));
  if (object_ == nullptr) return Failed(log, "open", errno);
  const int loaded = bpf_object__load(object_.get());
  if (loaded != 0) return Failed(log, "load", -loaded);
  const int reports = bpf_object__find_map_fd_by_name(object_.get(), "reports");
  buffer_.reset(ring_buffer__new(reports, OnReport, &events_, nullptr));
  if (buffer_ == nullptr) return Failed(log, "open the buffer", errno);
  const int variables = bpf_object__find_map_fd_by_name(object_.get(), ".bss");
  void* shared = mmap(nullptr, sizeof(*lost_), PROT_READ, MAP_SHARED, variables, 0);
  if (shared == MAP_FAILED) return Failed(log, "share memory", errno);
  lost_ = static_cast<std::uint64_t*>(shared);
  const auto attach = [&](const char* name) {
    return LinkPtr(bpf_program__attach(bpf_object__find_program_by_name(object_.get(), name)));
  };
  made_ = attach("cgroup_made");
  removed_ = attach("cgroup_removed");
  if (made_ == nullptr || removed_ == nullptr) return Failed(log, "attach", errno);
  return {};
}

CgroupTrace::~CgroupTrace() {
  if (lost_ != nullptr) munmap(lost_, sizeof(*lost_));
}

host::CgroupEvents CgroupTrace::Drain() {
  events_ = {};
  ring_buffer__consume(buffer_.get());
  // After the buffer: what was lost meanwhile is told by the next call, with what came after it.
  const std::uint64_t lost = std::atomic_ref(*lost_).load(std::memory_order_relaxed);
  if (lost != told_) {
    events_.lost += lost - told_;
    told_ = lost;
  }
  return std::exchange(events_, {});
}

int CgroupTrace::fd() const { return ring_buffer__epoll_fd(buffer_.get()); }

}  // namespace bpf_exporter::kernel
