// SPDX-License-Identifier: Apache-2.0
// Tests: corrupt_object_test.cc
#include "object/object_file.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/fd.h"

namespace bpf_exporter::object {
namespace {

constexpr std::size_t kMostBytes = 64u << 20;
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
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return ErrnoError("open", errno);
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return ErrnoError("stat", errno);
  if (S_ISDIR(status.st_mode)) return Error{"open: it is a directory"};
  if (!S_ISREG(status.st_mode)) return Error{"open: it is not a regular file"};
  if (static_cast<std::size_t>(status.st_size) > kMostBytes) {
    return Error{fmt::format("open: it has {} bytes, more than 64 MiB", status.st_size)};
  }

  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count = read(fd.get(), bytes.data() + got, bytes.size() - got);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError("read", errno);
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  bytes.resize(got);
  if (const Status header = CheckHeader(bytes); !header) return header.error().In("open");
  return bytes;
}

}  // namespace bpf_exporter::object
