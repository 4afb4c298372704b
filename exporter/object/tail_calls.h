// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace bpf_exporter::object {

// Returns the programs of a BPF object file (given its bytes) that a program array of that file
// names: others jump into them, and nobody attaches them. Empty for what is not an ELF file.
std::set<std::string> TailCalledPrograms(std::string elf);

}  // namespace bpf_exporter::object
