// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kernel/kernel_facts.h"

namespace bpf_exporter::kernel {

// What the kernel was asked for. A bit each, so that a row of the table may be about several.
enum class Operation : unsigned {
  kLoadProgram = 1,
  kMakeMap = 1 << 1,
  kOpenPerfBuffer = 1 << 2,
  kTracepoint = 1 << 3,
  kRawTracepoint = 1 << 4,
  kKprobe = 1 << 5,
  kUprobe = 1 << 6,      // static tracepoints too
  kTrampoline = 1 << 7,  // fentry, fexit
  kLsm = 1 << 8,
  kPerfEvent = 1 << 9,
  kXdp = 1 << 10,
  kTc = 1 << 11,
  kCgroup = 1 << 12,
  kSocketFilter = 1 << 13,
};

// Returns why an operation failed with `code`, an errno, on a machine with these facts, and what
// helps: the first row of the table that fits. Empty if there is no telling. What is not known for
// certain begins with "perhaps".
std::string CauseOf(Operation operation, int code, const KernelFacts& facts);

}  // namespace bpf_exporter::kernel
