// SPDX-License-Identifier: Apache-2.0
#include "object/map_users.h"

#include "object/elf_symbols.h"

namespace bpf_exporter::object {

std::set<std::string> ProgramsThatUseMap(std::string elf, const std::string& map) {
  const ElfOwner file = OpenElf(elf);
  if (file == nullptr) return {};
  const std::size_t maps = SectionOf(file.get(), ".maps");
  return ProgramsWithUses(file.get(), [&](const Symbol& used) {
    return maps != 0 && used.section == maps && used.name == map;
  });
}

}  // namespace bpf_exporter::object
