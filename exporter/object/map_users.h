// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace bpf_exporter::object {

// Returns the programs of a BPF object file (given its bytes) that use the map, themselves or by a
// function that they call. Those that call a function of the section .text count as users of what
// any function there uses. Empty for what is not an ELF file.
std::set<std::string> ProgramsThatUseMap(std::string elf, const std::string& map);

// Returns whether programs of the file delete rows of the map.
bool DeletesRowsOf(std::string elf, const std::string& map);

}  // namespace bpf_exporter::object
