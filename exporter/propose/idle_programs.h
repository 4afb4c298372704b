// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"

namespace bpf_exporter::propose {

// Returns the entry under `probes:` of a program that no section attaches: one that keeps it out,
// with the reason and what could stand there as a comment, or a guess where one is harmless.
std::string EntryOfIdle(const object::ProgramLayout& program);

}  // namespace bpf_exporter::propose
