// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "base/fd.h"
#include "kernel/attach/perf_events.h"
#include "kernel/attach/tc_filter.h"
#include "kernel/handles.h"

namespace bpf_exporter::kernel {

// What holds a program at one place; destroying it detaches. An Fd is a packet socket or a bpf_link
// without libbpf's wrapper.
using Attachment = std::variant<LinkPtr, Fd, PerfEvents, TcFilter>;

}  // namespace bpf_exporter::kernel
