// SPDX-License-Identifier: Apache-2.0
#include "object/map_users.h"

#include <linux/bpf.h>

#include <functional>

#include "object/elf_symbols.h"

namespace bpf_exporter::object {
namespace {

// Returns what tells the symbol of the map, whose declaration is in the section .maps.
std::function<bool(const Symbol&)> IsMap(Elf* elf, const std::string& map) {
  return [maps = SectionOf(elf, ".maps"), map](const Symbol& symbol) {
    return maps != 0 && symbol.section == maps && symbol.name == map;
  };
}

}  // namespace

std::set<std::string> ProgramsThatUseMap(std::string elf, const std::string& map) {
  const ElfOwner file = OpenElf(elf);
  if (file == nullptr) return {};
  return ProgramsWithUses(file.get(), IsMap(file.get(), map));
}

bool DeletesRowsOf(std::string elf, const std::string& map) {
  const ElfOwner file = OpenElf(elf);
  if (file == nullptr) return false;
  return IsNextArgumentOf(file.get(), BPF_FUNC_map_delete_elem, IsMap(file.get(), map));
}

}  // namespace bpf_exporter::object
