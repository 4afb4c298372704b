// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// Returns whether the ELF section says where to attach the program: libbpf's way, or perf_event/…
// and xdp/INTERFACE of cloudflare/ebpf_exporter.
bool SectionAttaches(const object::ProgramLayout& program);

// Returns whether libbpf 1.2 or newer knows this section, which 1.1 does not: there a program of it
// cannot be loaded without an entry under `probes:`, though its object is right.
bool IsOfNewerLibbpf(std::string_view section);

// Returns why a program that its section says where to attach never runs, and what the section has
// to say; empty if it does run, as far as the section tells. Also why one that nothing here can
// attach does not, and what can be had instead.
std::string WhyNeverRuns(std::string_view section);

// Returns why a program that has no entry is not loaded: nothing here would attach it, as its
// section does not say where, or something else has to run it. Empty if it attaches, or if other
// programs call it.
std::string WhyIdle(const object::ProgramLayout& program);

// Warns of programs that will be loaded and never run, and reports those that no kernel loads.
void CheckAttachPoints(const Scope& scope);

}  // namespace bpf_exporter::plan
