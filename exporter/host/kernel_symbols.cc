// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc
#include "host/kernel_symbols.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "base/result.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kReadAgainAfter{30};

// Feeds the whole lines of the file at `fd` to `table`.
Status ReadLines(int fd, const std::string& path, SymbolTable& table) {
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
      if (!table.Add(rest)) {
        return Error{"'" + path + "' has more symbols than fit; the rest is unknown"};
      }
      rest.clear();
      block.remove_prefix(end + 1);
    }
    constexpr std::size_t kLongestLine = 4096;
    if (rest.size() < kLongestLine) rest += block;
  }
}

}  // namespace

KernelSymbols::KernelSymbols(std::string path, Clock now)
    : path_(std::move(path)), now_(std::move(now)) {}

void KernelSymbols::Open() {
  const std::lock_guard lock(mutex_);
  OpenLocked();
}

std::shared_ptr<const SymbolTable> KernelSymbols::Current() {
  const std::lock_guard lock(mutex_);
  if (table_ == nullptr) ReadLocked();
  return table_;
}

std::shared_ptr<const SymbolTable> KernelSymbols::NewerThan(
    const std::shared_ptr<const SymbolTable>& seen) {
  const std::lock_guard lock(mutex_);
  if (table_ == seen && now_() - read_at_ >= kReadAgainAfter) ReadLocked();
  return table_;
}

void KernelSymbols::OpenLocked() {
  if (fd_.valid()) return;
  fd_ = Fd(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd_.valid() || warned_) return;
  warned_ = true;
  log::Warn("{}: kernel symbols stay unknown", ErrnoError("open '" + path_ + "'", errno).Message());
}

void KernelSymbols::ReadLocked() {
  OpenLocked();
  auto table = std::make_shared<SymbolTable>();
  if (fd_.valid()) {
    const Status read = ReadLines(fd_.get(), path_, *table);
    if (!read && !std::exchange(warned_, true)) log::Warn("{}", read.error().Message());
  }
  table->Sort();
  if (table->size() == 0 && table->zeros() > 0) {
    // kallsyms applies the privileges of its opener; open it again, in case there are more now.
    fd_ = Fd();
    if (!std::exchange(warned_, true)) {
      log::Warn(
          "'{}' shows no addresses: kernel symbols stay unknown; it takes CAP_SYSLOG and a "
          "kernel.kptr_restrict below 2",
          path_);
    }
  }
  table_ = std::move(table);
  read_at_ = now_();
}

}  // namespace bpf_exporter::host
