// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc
#include "host/kernel_symbols.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "host/kallsyms.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kReadAgainAfter{30};

Status ReadTable(int fd, const std::string& path, SymbolTable& table) {
  bool fits = true;
  const Status read = ReadKallsyms(fd, path, [&](const KernelSymbol& symbol) {
    fits = table.Add(symbol.address, symbol.name);
    return fits;
  });
  if (fits) return read;
  return Error{"'" + path + "' has more symbols than fit; the rest is unknown"};
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
    const Status read = ReadTable(fd_.get(), path_, *table);
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
