// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/perf_event.h>

#include <cstdint>
#include <map>
#include <string_view>

#include "base/result.h"
#include "host/cpu_watch.h"
#include "kernel/handles.h"
#include "plan/perf_event_section.h"

namespace bpf_exporter::kernel {

// A program attached to a perf event on each CPU that is online.
class PerfEvents {
 public:
  // Attaches to each CPU that is online now. A CPU that fails is left to Update(), unless all do.
  // `program` outlives the result. Errors read "perf_event: cause; remedy".
  static Result<PerfEvents> Attach(const bpf_program* program, const plan::PerfEvent& event);

  // Attaches on CPUs that came online, or came back, and lets go of those that went: an event does
  // not survive its CPU. Errors: the first CPU that failed; the others have theirs.
  Status Update(const host::OnlineCpus& online);

 private:
  PerfEvents(const bpf_program* program, const plan::PerfEvent& event)
      : program_(program), event_(event) {}
  Result<LinkPtr> AttachTo(int cpu) const;

  struct Link {
    std::uint32_t gone;  // how often the CPU had, when it was made
    LinkPtr link;
  };

  const bpf_program* program_;
  plan::PerfEvent event_;
  std::map<int, Link> links_;
};

}  // namespace bpf_exporter::kernel
