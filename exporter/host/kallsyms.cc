// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc, addresses_test.py
#include "host/kallsyms.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

namespace bpf_exporter::host {
namespace {

constexpr std::size_t kMaxLine = 4096;

std::optional<KernelSymbol> ReadLine(std::string_view line) {
  KernelSymbol symbol;
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, symbol.address, 16);
  const auto rest = static_cast<std::size_t>(end - stop);
  if (error != std::errc() || rest < 4 || stop[0] != ' ' || stop[2] != ' ') return std::nullopt;
  symbol.type = stop[1];
  const std::string_view name(stop + 3, rest - 3);
  symbol.name = name.substr(0, name.find(' '));
  return symbol;
}

}  // namespace

Status ReadKallsyms(int fd, const std::string& path,
                    const std::function<bool(const KernelSymbol&)>& use) {
  std::array<char, 65536> buffer;
  std::string rest;  // the line that the last block cut
  for (off_t offset = 0;;) {
    const ssize_t got = pread(fd, buffer.data(), buffer.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoError("read '" + path + "'", errno);
    if (got == 0) return {};
    offset += got;
    std::string_view block(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = block.find('\n')) != std::string_view::npos;) {
      rest += block.substr(0, end);
      const std::optional<KernelSymbol> symbol = ReadLine(rest);
      if (symbol && !use(*symbol)) return {};
      rest.clear();
      block.remove_prefix(end + 1);
    }
    if (rest.size() < kMaxLine) rest += block;
  }
}

}  // namespace bpf_exporter::host
