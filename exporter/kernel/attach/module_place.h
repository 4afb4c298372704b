// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/place.h"

// Places in modules of the kernel, which can be loaded and unloaded while programs are attached. A
// kprobe does not hold its module: when that goes, the kernel disarms the probe for good and says
// nothing. Tracepoints, links to many functions, and fentry and fexit programs, hold it, so that it
// cannot go: `rmmod` says that it is in use.
namespace bpf_exporter::kernel {

// Returns whether what a program of that ELF section attaches to at `place`, and which the kernel
// lacks, may come with a module: functions of kprobes, and tracepoints. Programs that are tied to
// their target when they are loaded are not asked for.
bool MayComeWithModule(const plan::Place& place, std::string_view section);

// Returns the functions of which a kprobe or kretprobe of that section takes one at `place`; none
// for patterns and other kinds.
std::vector<std::string> ProbedFunctions(const plan::Place& place, std::string_view section);

// Returns whether the place is every function of the kernel that a pattern matches: those of
// modules come and go with them.
bool IsKernelPattern(const plan::Place& place);

}  // namespace bpf_exporter::kernel
