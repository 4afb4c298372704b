// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/perf_event.h>

#include <map>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/attach/section.h"
#include "kernel/handles.h"

namespace bpf_exporter::kernel {

// Returns the event of `perf_event: {event: NAME}`: "cpu-clock", "instructions" … as perf calls
// them, or "TYPE/CONFIG" in numbers. An error lists the names.
Result<PerfEvent> PerfEventByName(std::string_view name);

// Returns the CPUs in a kernel list such as "0-3,8".
std::vector<int> ParseCpuList(std::string_view list);

// A program attached to a perf event on each CPU that is online.
class PerfEvents {
 public:
  // Attaches to each CPU that is online now. `program` outlives the result. Errors read
  // "perf_event: cause; remedy".
  static Result<PerfEvents> Attach(const bpf_program* program, const PerfEvent& event);

  // Attaches on CPUs that came online, and lets go of those that went: an event does not survive
  // its CPU. Errors: the first CPU that failed; the others have theirs.
  Status Update();

 private:
  PerfEvents(const bpf_program* program, const PerfEvent& event)
      : program_(program), event_(event) {}
  Status AttachTo(int cpu);

  const bpf_program* program_;
  PerfEvent event_;
  std::map<int, LinkPtr> links_;
};

}  // namespace bpf_exporter::kernel
