// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bpf_exporter::kernel {

// The object of programs/cgroup_trace.bpf.c, of which the build makes a source file.
extern const unsigned char kCgroupTraceObject[];
extern const std::size_t kCgroupTraceObjectSize;

}  // namespace bpf_exporter::kernel
