// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace bpf_exporter::plan {

// One way in which a program runs at an event of the kernel.
struct KernelEvent {
  std::string event;  // "tracepoint sched_switch", "entry of vfs_read", "return of vfs_read"
  std::string by;     // how it is attached: "tp_btf", "raw_tp", "tracepoint", "kprobe" …
};

// Returns the events of the kernel at which a program runs that is at `place`; of alternatives,
// those of each. None for events of user programs, interfaces, cgroups and CPUs.
std::vector<KernelEvent> EventsAt(const ProgramPlan& program, const Place& place);

// Returns how much an attachment of that kind knows and costs, best first: 0 for those with BTF.
int RankOf(std::string_view by);

}  // namespace bpf_exporter::plan
