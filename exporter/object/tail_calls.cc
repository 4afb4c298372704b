// SPDX-License-Identifier: Apache-2.0
// Tests: layout_test.cc
#include "object/tail_calls.h"

#include <gelf.h>
#include <libelf.h>

#include <memory>
#include <string_view>

// Map declarations are data of the section .maps. An entry of `.values` of a program array is a
// relocation there, against the symbol of a function.
namespace bpf_exporter::object {
namespace {

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

std::string_view SectionName(Elf* elf, Elf_Scn* section) {
  std::size_t names = 0;
  GElf_Shdr header;
  if (elf_getshdrstrndx(elf, &names) != 0 || gelf_getshdr(section, &header) == nullptr) return {};
  const char* name = elf_strptr(elf, names, header.sh_name);
  return name == nullptr ? std::string_view() : name;
}

bool IsForMaps(Elf* elf, const GElf_Shdr& relocations) {
  Elf_Scn* target = elf_getscn(elf, relocations.sh_info);
  return target != nullptr && SectionName(elf, target) == ".maps";
}

void AddFunctions(Elf* elf, Elf_Scn* section, const GElf_Shdr& header,
                  std::set<std::string>& functions) {
  Elf_Scn* symbol_section = elf_getscn(elf, header.sh_link);
  GElf_Shdr symbol_header;
  if (symbol_section == nullptr || gelf_getshdr(symbol_section, &symbol_header) == nullptr) return;
  Elf_Data* relocations = elf_getdata(section, nullptr);
  Elf_Data* symbols = elf_getdata(symbol_section, nullptr);
  if (relocations == nullptr || symbols == nullptr) return;
  GElf_Rel relocation;
  for (int i = 0; gelf_getrel(relocations, i, &relocation) != nullptr; ++i) {
    GElf_Sym symbol;
    const auto number = static_cast<int>(GELF_R_SYM(relocation.r_info));
    if (gelf_getsym(symbols, number, &symbol) == nullptr) continue;
    if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
    const char* name = elf_strptr(elf, symbol_header.sh_link, symbol.st_name);
    if (name != nullptr) functions.emplace(name);
  }
}

}  // namespace

std::set<std::string> TailCalledPrograms(std::string elf) {
  std::set<std::string> functions;
  if (elf_version(EV_CURRENT) == EV_NONE) return functions;
  const std::unique_ptr<Elf, EndElf> file(elf_memory(elf.data(), elf.size()));
  if (file == nullptr) return functions;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(file.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_REL) continue;
    if (IsForMaps(file.get(), header)) AddFunctions(file.get(), section, header, functions);
  }
  return functions;
}

}  // namespace bpf_exporter::object
