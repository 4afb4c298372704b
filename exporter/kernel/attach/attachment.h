// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/fd.h"
#include "kernel/attach/perf_events.h"
#include "kernel/attach/tc_filter.h"
#include "kernel/handles.h"

namespace bpf_exporter::kernel {

// What holds a program at all functions that a pattern matches.
struct FunctionLinks {
  Fd many;                      // one link to all of them, or none …
  std::vector<LinkPtr> single;  // … and one to each
  std::string detail;           // "12 functions", for people
};

// What holds a program at one place; destroying it detaches. An Fd is a packet socket or a bpf_link
// without libbpf's wrapper.
using Attachment = std::variant<LinkPtr, Fd, PerfEvents, TcFilter, FunctionLinks>;

}  // namespace bpf_exporter::kernel
