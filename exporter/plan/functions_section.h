// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "config/config.h"
#include "plan/place.h"

namespace bpf_exporter::plan {

// Returns the place of a program whose section names functions in a way that libbpf leaves to us,
// as not every release of it knows the section, or every kernel a link to many functions: by a
// pattern, SEC("uprobe/BINARY:work_*"), or in kprobe.multi, uprobe.session, usdt.s and the like.
// Nothing for all other sections, and for those that do not say where.
std::optional<Place> PlaceOfFunctions(std::string_view section);

// Returns what is wrong with the target of such a section: "the section reads
// uprobe.multi/BINARY:FUNCTION"; empty if nothing is, or for other sections.
std::string WrongFunctions(std::string_view section);

// Returns why a program of that kind is at one function, hook or tracepoint and takes no pattern of
// them; empty for kinds that take one, or have no such names.
std::string_view WhyNoPattern(config::ProbeKind kind);

// Returns the same for a section whose target is a pattern nevertheless; empty for all others.
std::string_view WhyNoPattern(std::string_view section);

// Returns whether a program of the section runs at the entry of a function and at its return:
// kprobe.session, uprobe.session.
bool IsSession(std::string_view section);

// Returns whether a program of the section may sleep: uprobe.multi.s and the like.
bool MaySleep(std::string_view section);

}  // namespace bpf_exporter::plan
