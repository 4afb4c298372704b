// SPDX-License-Identifier: Apache-2.0
#include "object/binary_functions.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>

#include <cerrno>
#include <memory>

#include "base/fd.h"

namespace bpf_exporter::object {
namespace {

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfOwner = std::unique_ptr<Elf, EndElf>;

// Calls `use` for the functions of one table of symbols.
void ReadTable(Elf* elf, Elf_Scn* table, const GElf_Shdr& header,
               const std::function<void(std::string_view, std::uint64_t)>& use) {
  Elf_Data* data = elf_getdata(table, nullptr);
  GElf_Sym symbol;
  for (int i = 0; data != nullptr && gelf_getsym(data, i, &symbol) != nullptr; ++i) {
    if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_value == 0) continue;
    Elf_Scn* section = elf_getscn(elf, symbol.st_shndx);
    GElf_Shdr code;
    if (symbol.st_shndx == SHN_UNDEF || section == nullptr ||
        gelf_getshdr(section, &code) == nullptr || code.sh_type == SHT_NOBITS ||
        symbol.st_value < code.sh_addr || symbol.st_value - code.sh_addr >= code.sh_size) {
      continue;
    }
    const char* text = elf_strptr(elf, header.sh_link, symbol.st_name);
    const std::string_view name = text == nullptr ? std::string_view() : text;
    if (name.empty() || name.find(".cold") != std::string_view::npos) continue;
    use(name, symbol.st_value - code.sh_addr + code.sh_offset);
  }
}

}  // namespace

Status ReadBinaryFunctions(const std::string& path,
                           const std::function<void(std::string_view, std::uint64_t)>& use) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return ErrnoError("", errno);
  if (elf_version(EV_CURRENT) == EV_NONE) return ErrnoError("", ENOEXEC);
  const ElfOwner elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) return ErrnoError("", ENOEXEC);
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
    ReadTable(elf.get(), section, header, use);
  }
  return {};
}

}  // namespace bpf_exporter::object
