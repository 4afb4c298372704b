// SPDX-License-Identifier: Apache-2.0
// Tests: externs_test.cc, map_users_test.cc
#include "object/elf_symbols.h"

#include <gelf.h>
#include <libelf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>

namespace bpf_exporter::object {
namespace {

// A place in the code of a section, and the symbol that it refers to.
struct Use {
  std::size_t section = 0;
  std::uint64_t offset = 0;
  std::size_t symbol = 0;
  std::int32_t next_helper = 0;  // of the kernel, that is called next after it; 0: none
};

// Returns the helper that the first call after `offset` calls; 0 if that is none of the kernel's.
std::int32_t NextHelper(const Elf_Data* code, std::uint64_t offset) {
  constexpr unsigned char kCall = BPF_JMP | BPF_CALL, kExit = BPF_JMP | BPF_EXIT;
  bpf_insn instruction;
  if (code == nullptr || code->d_buf == nullptr) return 0;
  for (; offset < code->d_size && code->d_size - offset >= sizeof(instruction);
       offset += sizeof(instruction)) {
    std::memcpy(&instruction, static_cast<const char*>(code->d_buf) + offset, sizeof(instruction));
    if (instruction.code == kExit) return 0;
    if (instruction.code == kCall) return instruction.src_reg == 0 ? instruction.imm : 0;
  }
  return 0;
}

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
    const Elf_Data* instructions = elf_getdata(target, nullptr);
    GElf_Rel relocation;
    for (int i = 0; data != nullptr && gelf_getrel(data, i, &relocation) != nullptr; ++i) {
      uses.push_back({header.sh_info, relocation.r_offset, GELF_R_SYM(relocation.r_info),
                      NextHelper(instructions, relocation.r_offset)});
    }
  }
  return uses;
}

}  // namespace

void EndElf::operator()(Elf* elf) const { elf_end(elf); }

ElfOwner OpenElf(std::string& elf) {
  if (elf_version(EV_CURRENT) == EV_NONE) return nullptr;
  return ElfOwner(elf_memory(elf.data(), elf.size()));
}

std::vector<Symbol> SymbolsOf(Elf* elf, std::uint32_t table) {
  std::vector<Symbol> symbols;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != table) continue;
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

bool IsNextArgumentOf(Elf* elf, std::int32_t helper,
                      const std::function<bool(const Symbol&)>& is_used) {
  const std::vector<Symbol> symbols = SymbolsOf(elf, SHT_SYMTAB);
  const std::vector<Use> uses = UsesIn(elf);
  return std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
    return use.next_helper == helper && use.symbol < symbols.size() && is_used(symbols[use.symbol]);
  });
}

std::set<std::string> ProgramsWithUses(Elf* elf,
                                       const std::function<bool(const Symbol&)>& is_used) {
  std::set<std::string> programs;
  const std::vector<Symbol> symbols = SymbolsOf(elf, SHT_SYMTAB);
  const std::vector<Use> uses = UsesIn(elf);
  const std::size_t shared = SectionOf(elf, ".text");
  const auto add_users = [&](auto is_meant) {
    bool in_shared = false;
    for (const Use& use : uses) {
      if (use.symbol >= symbols.size() || !is_meant(symbols[use.symbol])) continue;
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
  if (add_users(is_used)) add_users([&](const Symbol& used) { return used.section == shared; });
  return programs;
}

}  // namespace bpf_exporter::object
