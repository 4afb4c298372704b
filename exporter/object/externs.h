// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

// Symbols of the kernel that an object declares as `extern … __ksym` or `__kconfig`. libbpf loads
// no program of an object while a strong one is missing, whether a program that is loaded uses it
// or not.
namespace bpf_exporter::object {

// Returns the programs of an ELF file that use the symbol. Those that call a function of the
// section .text, which many may share, count as users of what any function there uses.
std::set<std::string> ProgramsThatUse(std::string elf, const std::string& symbol);

// Returns whether an ELF file declares the symbol __weak.
bool IsWeakSymbol(std::string elf, const std::string& symbol);

// Returns the file with the symbol declared __weak: 0 where the kernel lacks it.
std::string WithWeakSymbol(std::string elf, const std::string& symbol);

}  // namespace bpf_exporter::object
