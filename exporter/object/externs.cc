// SPDX-License-Identifier: Apache-2.0
// Tests: externs_test.cc
#include "object/externs.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "object/elf_symbols.h"

namespace bpf_exporter::object {

std::set<std::string> ProgramsThatUse(std::string elf, const std::string& symbol) {
  const ElfOwner file = OpenElf(elf);
  if (file == nullptr) return {};
  return ProgramsWithUses(file.get(), [&](const Symbol& used) {
    return used.section == SHN_UNDEF && used.name == symbol;
  });
}

bool IsWeakSymbol(std::string elf, const std::string& symbol) {
  std::vector<Symbol> symbols;
  if (const ElfOwner file = OpenElf(elf)) symbols = SymbolsOf(file.get(), SHT_SYMTAB);
  return std::any_of(symbols.begin(), symbols.end(), [&](const Symbol& one) {
    return one.section == SHN_UNDEF && one.name == symbol && one.binding == STB_WEAK;
  });
}

std::string WithWeakSymbol(std::string elf, const std::string& symbol) {
  std::vector<Symbol> symbols;
  if (const ElfOwner file = OpenElf(elf)) symbols = SymbolsOf(file.get(), SHT_SYMTAB);
  for (const Symbol& one : symbols) {
    if (one.section != SHN_UNDEF || one.name != symbol) continue;
    const std::uint64_t at = one.at + offsetof(Elf64_Sym, st_info);
    if (at >= elf.size()) continue;
    elf[at] = static_cast<char>(ELF64_ST_INFO(STB_WEAK, one.type));
  }
  return elf;
}

}  // namespace bpf_exporter::object
