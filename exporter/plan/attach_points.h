#pragma once

#include <string_view>

#include "plan/scope.h"

namespace bpf_exporter {

// Whether the ELF section says where to attach the program: libbpf's way, or perf_event/… and
// xdp/DEV of the dialect.
bool SectionAttaches(const ProgramLayout& program);

// Whether newer libbpf knows this section, which ours does not: a program of it cannot be loaded
// without an entry under `probes:`, though its object is right.
bool IsOfNewerLibbpf(std::string_view section);

// Whether others jump into the program and neither its section nor `probes:` attaches it.
bool IsOnlyCalled(const ProgramLayout& program, const Config& config);

// Warns of programs that will be loaded and never run, and reports those that no kernel loads.
void CheckAttachPoints(const Scope& scope);

}  // namespace bpf_exporter
