// SPDX-License-Identifier: Apache-2.0
// Tests: attach_perf_events_test.cc
#include "kernel/attach/perf_events.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/fd.h"
#include "kernel/attach/remedy.h"

namespace bpf_exporter::kernel {

Result<PerfEvents> PerfEvents::Attach(const bpf_program* program, const plan::PerfEvent& event) {
  const host::OnlineCpus online = host::CpusNow();
  if (online.empty()) return Error{"perf_event: cannot read /sys/devices/system/cpu/online", EIO};
  PerfEvents events(program, event);
  const Status status = events.Update(online);
  if (!status && events.links_.empty()) return status.error();
  return events;
}

Status PerfEvents::Update(const host::OnlineCpus& online) {
  std::erase_if(links_, [&](const auto& entry) {
    const auto cpu = online.find(entry.first);
    return cpu == online.end() || cpu->second != entry.second.gone;
  });
  Status status;
  for (const auto& [cpu, gone] : online) {
    if (links_.contains(cpu)) continue;
    Result<LinkPtr> link = AttachTo(cpu);
    if (link) {
      links_.emplace(cpu, Link{gone, *std::move(link)});
    } else if (status) {
      status = link.error();
    }
  }
  return status;
}

Result<LinkPtr> PerfEvents::AttachTo(int cpu) const {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = event_.type;
  attributes.config = event_.config;
  if (event_.frequency > 0) {
    attributes.freq = 1;
    attributes.sample_freq = event_.frequency;
  }
  constexpr int kAllProcesses = -1, kNoGroup = -1;
  Fd fd(static_cast<int>(syscall(SYS_perf_event_open, &attributes, kAllProcesses, cpu, kNoGroup,
                                 PERF_FLAG_FD_CLOEXEC)));
  const auto failed = [&](std::string_view what) {
    const int code = errno;
    return WithRemedy(config::ProbeKind::kPerfEvent,
                      ErrnoError(fmt::format("perf_event: {} {}/{} on CPU {}", what, event_.type,
                                             event_.config, cpu),
                                 code));
  };
  if (!fd.valid()) return failed("open event");
  LinkPtr link(bpf_program__attach_perf_event(program_, fd.get()));
  if (link == nullptr) return failed("attach to event");
  fd.Release();  // the link closes it
  return link;
}

}  // namespace bpf_exporter::kernel
