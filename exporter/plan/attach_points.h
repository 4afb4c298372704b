// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Whether the ELF section says where to attach the program: libbpf's way, or perf_event/… and
// xdp/DEV of the dialect.
bool SectionAttaches(const object::ProgramLayout& program);

// Whether newer libbpf knows this section, which ours does not: a program of it cannot be loaded
// without an entry under `probes:`, though its object is right.
bool IsOfNewerLibbpf(std::string_view section);

// Whether the program is to be loaded: SEC("?…") waits for an entry under `probes:`.
bool IsAskedFor(const object::ProgramLayout& program, const config::Config& config);

// Whether others jump into the program and neither its section nor `probes:` attaches it.
bool IsOnlyCalled(const object::ProgramLayout& program, const config::Config& config);

// Whether an entry under `probes:` says that a kernel may refuse the program.
bool IsOptional(const std::string& program, const config::Config& config);

// Whether it is amiss if the program is not attached: it is asked for, not optional and not only
// called.
bool IsNeeded(const object::ProgramLayout& program, const config::Config& config);

// Warns of programs that will be loaded and never run, and reports those that no kernel loads.
void CheckAttachPoints(const Scope& scope);

}  // namespace bpf_exporter::plan
