// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bpf_exporter::host {

// Kernel symbols by address: /proc/kallsyms in a compact form. Filled once, then read only.
class SymbolTable {
 public:
  // Takes a symbol; one at address 0 (hidden, or per-CPU offsets) is left out. False when full.
  bool Add(std::uint64_t address, std::string_view name);
  // Call once, after the last Add.
  void Sort();

  // The symbol that starts at `address`; empty if none does. Of several the file's first one, as
  // the kernel itself chooses.
  std::string_view At(std::uint64_t address) const;
  // The nearest symbol at or below; empty if there is none within what a function can span.
  std::string_view Before(std::uint64_t address) const;

  std::size_t size() const { return symbols_.size(); }
  // Symbols at address 0, which is all of them when the kernel hides addresses.
  std::size_t zeros() const { return zeros_; }

 private:
  struct Symbol {
    std::uint64_t address;
    std::uint32_t name;  // offset in names_, to a NUL
  };
  const Symbol* Find(std::uint64_t address) const;

  std::string names_;
  std::vector<Symbol> symbols_;
  std::size_t zeros_ = 0;
};

}  // namespace bpf_exporter::host
