// SPDX-License-Identifier: Apache-2.0
// Tests: corrupt_object_test.cc
#include "object/object_file.h"

#include <elf.h>
#include <fmt/core.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/file.h"

namespace bpf_exporter::object {
namespace {

constexpr std::size_t kMaxBytes = 64u << 20;
constexpr unsigned char kHostOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

Status CheckHeader(const std::string& bytes) {
  if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) {
    return Error{"it is not an ELF file; clang -target bpf -c makes one"};
  }
  if (bytes.size() < sizeof(Elf64_Ehdr)) return Error{"it ends inside the ELF header"};
  const auto header = Load<Elf64_Ehdr>(bytes.data());
  if (header.e_ident[EI_CLASS] != ELFCLASS64) {
    return Error{"it is not a 64-bit ELF file; compile with clang -target bpf"};
  }
  if (header.e_ident[EI_DATA] != kHostOrder) {
    return Error{
        "its byte order is not this machine's; compile on this architecture with clang -target "
        "bpf"};
  }
  if (header.e_machine != EM_BPF) {
    return Error{
        fmt::format("it is an ELF file for machine {}, not BPF; compile with clang "
                    "-target bpf",
                    header.e_machine)};
  }
  if (header.e_type != ET_REL) {
    return Error{"it is not a relocatable object file; clang -target bpf -c makes one"};
  }
  return {};
}

}  // namespace

Result<std::string> ReadObjectFile(const std::string& path) {
  Result<std::string> bytes = ReadRegularFile(path, kMaxBytes);
  if (!bytes) {
    const int code = bytes.error().code;
    const bool no_file = code == EISDIR || code == EINVAL || code == EFBIG;
    if (!no_file || !bytes.error().context.empty()) return bytes.error();
    return Error(fmt::format("open: it {}{}", bytes.error().cause,
                             code == EFBIG ? ", more than 64 MiB" : ""));
  }
  if (const Status header = CheckHeader(*bytes); !header) return header.error().In("open");
  return bytes;
}

}  // namespace bpf_exporter::object
