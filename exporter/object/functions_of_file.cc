// SPDX-License-Identifier: Apache-2.0
#include "object/functions_of_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <vector>

#include "base/fd.h"
#include "object/elf_symbols.h"

namespace bpf_exporter::object {

bool HasFunction(const std::string& path, const std::string& function) {
  if (elf_version(EV_CURRENT) == EV_NONE) return false;
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return false;
  bool found = false;
  if (const ElfOwner elf{elf_begin(file.get(), ELF_C_READ_MMAP, nullptr)}) {
    for (const std::uint32_t table : {SHT_DYNSYM, SHT_SYMTAB}) {
      const std::vector<Symbol> symbols = SymbolsOf(elf.get(), table);
      found = found || std::any_of(symbols.begin(), symbols.end(), [&](const Symbol& symbol) {
                return symbol.type == STT_FUNC && symbol.section != SHN_UNDEF &&
                       symbol.name == function;
              });
    }
  }
  return found;
}

}  // namespace bpf_exporter::object
