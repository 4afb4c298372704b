// SPDX-License-Identifier: Apache-2.0
#include "object/binary_functions.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>

#include <cerrno>
#include <cstddef>

#include "base/fd.h"
#include "object/elf_symbols.h"

namespace bpf_exporter::object {
namespace {

// Returns the ELF file of that descriptor, which outlives it; null, with errno set, if it is none.
ElfOwner ReadElf(const Fd& file) {
  if (!file.valid()) return nullptr;
  errno = ENOEXEC;
  if (elf_version(EV_CURRENT) == EV_NONE) return nullptr;
  ElfOwner elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  if (elf != nullptr && elf_kind(elf.get()) != ELF_K_ELF) elf = nullptr;
  if (elf == nullptr) errno = ENOEXEC;
  return elf;
}

Fd OpenBinary(const std::string& path) {
  return Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

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
  const Fd file = OpenBinary(path);
  const ElfOwner elf = ReadElf(file);
  if (elf == nullptr) return ErrnoError("", errno);
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
    ReadTable(elf.get(), section, header, use);
  }
  return {};
}

bool HasFunction(const std::string& path, const std::string& function) {
  bool found = false;
  const Status read = ReadBinaryFunctions(
      path, [&](std::string_view name, std::uint64_t) { found = found || name == function; });
  return read && found;
}

std::optional<bool> IsCode(const std::string& path, std::uint64_t offset) {
  const Fd file = OpenBinary(path);
  const ElfOwner elf = ReadElf(file);
  std::size_t count = 0;
  if (elf == nullptr || elf_getphdrnum(elf.get(), &count) != 0) return std::nullopt;
  GElf_Phdr part;
  for (std::size_t i = 0; i < count; ++i) {
    if (gelf_getphdr(elf.get(), static_cast<int>(i), &part) == nullptr) return std::nullopt;
    if (part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0 && offset >= part.p_offset &&
        offset - part.p_offset < part.p_filesz) {
      return true;
    }
  }
  return false;
}

}  // namespace bpf_exporter::object
