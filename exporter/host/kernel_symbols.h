// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "host/symbol_table.h"

namespace bpf_exporter::host {

// Reads kallsyms when a symbol is first asked for, and again, at most every 30 s, when one was not
// found. Any thread.
class KernelSymbols {
 public:
  KernelSymbols(std::string path, Clock now);

  // Opens the file now: what it shows depends on the privileges at that moment.
  void Open();
  // The table as it is; read first if need be. Never null.
  std::shared_ptr<const SymbolTable> Current();
  // For one who did not find a symbol in `seen`: a newer table, or the same if it is too early.
  std::shared_ptr<const SymbolTable> NewerThan(const std::shared_ptr<const SymbolTable>& seen);

 private:
  void OpenLocked();
  void ReadLocked();

  const std::string path_;
  const Clock now_;
  std::mutex mutex_;
  Fd fd_;
  std::shared_ptr<const SymbolTable> table_;
  Time read_at_;
  bool warned_ = false;
};

}  // namespace bpf_exporter::host
