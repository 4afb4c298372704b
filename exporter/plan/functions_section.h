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

// Returns whether a program of the section runs at the entry of a function and at its return:
// kprobe.session, uprobe.session.
bool IsSession(std::string_view section);

// Returns whether a program of the section may sleep: uprobe.multi.s and the like.
bool MaySleep(std::string_view section);

}  // namespace bpf_exporter::plan
