// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"

namespace bpf_exporter::propose {

// Returns the entry under `probes:` of a program that no section attaches: one that keeps it out,
// with the reason and what could stand there as a comment, or a guess where one is harmless. `stem`
// is the object's name, which may tell what it is about.
std::string EntryOfIdle(const object::ProgramLayout& program, const std::string& stem);

// Returns the entry of a program whose section names a function of a user program, and not the file
// that has it; empty for others. The file is a guess.
std::string EntryWithoutFile(const object::ProgramLayout& program, const std::string& stem);

}  // namespace bpf_exporter::propose
