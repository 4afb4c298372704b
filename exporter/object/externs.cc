// SPDX-License-Identifier: Apache-2.0
// Tests: externs_test.cc
#include "object/externs.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace bpf_exporter::object {
namespace {

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfOwner = std::unique_ptr<Elf, EndElf>;

struct Symbol {
  std::string name;
  unsigned char type = 0;
  unsigned char binding = 0;
  std::size_t section = 0;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint64_t at = 0;  // of its record, in the file
};

ElfOwner Open(std::string& elf) {
  if (elf_version(EV_CURRENT) == EV_NONE) return nullptr;
  return ElfOwner(elf_memory(elf.data(), elf.size()));
}

std::vector<Symbol> SymbolsOf(Elf* elf) {
  std::vector<Symbol> symbols;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Sym symbol;
    for (int i = 0; data != nullptr && gelf_getsym(data, i, &symbol) != nullptr; ++i) {
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      symbols.push_back({name == nullptr ? "" : name,
                         static_cast<unsigned char>(GELF_ST_TYPE(symbol.st_info)),
                         static_cast<unsigned char>(GELF_ST_BIND(symbol.st_info)), symbol.st_shndx,
                         symbol.st_value, symbol.st_size,
                         header.sh_offset + static_cast<std::uint64_t>(i) * sizeof(Elf64_Sym)});
    }
    break;  // a file has one
  }
  return symbols;
}

// A place in the code of a section, and the symbol that it refers to.
struct Use {
  std::size_t section = 0;
  std::uint64_t offset = 0;
  std::size_t symbol = 0;
};

std::vector<Use> UsesIn(Elf* elf) {
  std::vector<Use> uses;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header, code;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_REL) continue;
    Elf_Scn* target = elf_getscn(elf, header.sh_info);
    if (target == nullptr || gelf_getshdr(target, &code) == nullptr) continue;
    if ((code.sh_flags & SHF_EXECINSTR) == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Rel relocation;
    for (int i = 0; data != nullptr && gelf_getrel(data, i, &relocation) != nullptr; ++i) {
      uses.push_back({header.sh_info, relocation.r_offset, GELF_R_SYM(relocation.r_info)});
    }
  }
  return uses;
}

std::size_t SectionOf(Elf* elf, std::string_view wanted) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return 0;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (name != nullptr && name == wanted) return elf_ndxscn(section);
  }
  return 0;
}

}  // namespace

std::set<std::string> ProgramsThatUse(std::string elf, const std::string& symbol) {
  std::set<std::string> programs;
  const ElfOwner file = Open(elf);
  if (file == nullptr) return programs;
  const std::vector<Symbol> symbols = SymbolsOf(file.get());
  const std::vector<Use> uses = UsesIn(file.get());
  const std::size_t shared = SectionOf(file.get(), ".text");
  const auto add_users = [&](auto is_used) {
    bool in_shared = false;
    for (const Use& use : uses) {
      if (use.symbol >= symbols.size() || !is_used(symbols[use.symbol])) continue;
      in_shared = in_shared || use.section == shared;
      for (const Symbol& function : symbols) {
        if (function.type == STT_FUNC && function.section == use.section && use.section != shared &&
            function.value <= use.offset && use.offset - function.value < function.size) {
          programs.insert(function.name);
        }
      }
    }
    return in_shared;
  };
  const bool in_shared = add_users(
      [&](const Symbol& used) { return used.section == SHN_UNDEF && used.name == symbol; });
  if (in_shared) add_users([&](const Symbol& used) { return used.section == shared; });
  return programs;
}

bool IsWeakSymbol(std::string elf, const std::string& symbol) {
  std::vector<Symbol> symbols;
  if (const ElfOwner file = Open(elf)) symbols = SymbolsOf(file.get());
  return std::any_of(symbols.begin(), symbols.end(), [&](const Symbol& one) {
    return one.section == SHN_UNDEF && one.name == symbol && one.binding == STB_WEAK;
  });
}

std::string WithWeakSymbol(std::string elf, const std::string& symbol) {
  std::vector<Symbol> symbols;
  if (const ElfOwner file = Open(elf)) symbols = SymbolsOf(file.get());
  for (const Symbol& one : symbols) {
    if (one.section != SHN_UNDEF || one.name != symbol) continue;
    const std::uint64_t at = one.at + offsetof(Elf64_Sym, st_info);
    if (at >= elf.size()) continue;
    elf[at] = static_cast<char>(ELF64_ST_INFO(STB_WEAK, one.type));
  }
  return elf;
}

}  // namespace bpf_exporter::object
