// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct Elf;

// Symbols of ELF files, and the code that refers to them.
namespace bpf_exporter::object {

struct EndElf {
  void operator()(Elf* elf) const;
};
using ElfOwner = std::unique_ptr<Elf, EndElf>;

// Returns the ELF file that those bytes are, which outlive it; null: they are none.
ElfOwner OpenElf(std::string& elf);

struct Symbol {
  std::string name;
  unsigned char type = 0;     // STT_FUNC …
  unsigned char binding = 0;  // STB_WEAK …
  std::size_t section = 0;    // SHN_UNDEF: the file only uses it
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint64_t at = 0;  // of its record, in the file
};

// Returns the symbols of the file's table of that type: SHT_SYMTAB, or SHT_DYNSYM for those that
// other files can use.
std::vector<Symbol> SymbolsOf(Elf* elf, std::uint32_t table);

// Returns the number of the section of that name; 0 if there is none.
std::size_t SectionOf(Elf* elf, std::string_view name);

// Returns whether the code names a symbol for which `is_used` is true, and the next thing that it
// calls is that helper of the kernel, whose argument the symbol is then.
bool IsNextArgumentOf(Elf* elf, std::int32_t helper,
                      const std::function<bool(const Symbol&)>& is_used);

// Returns the BPF programs of the file whose code refers to a symbol for which `is_used` is true.
// Those that call a function of the section .text, which many may share, count as users of what any
// function there uses.
std::set<std::string> ProgramsWithUses(Elf* elf, const std::function<bool(const Symbol&)>& is_used);

}  // namespace bpf_exporter::object
