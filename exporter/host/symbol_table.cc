// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc
#include "host/symbol_table.h"

#include <algorithm>

namespace bpf_exporter::host {
namespace {

// A kernel with all its modules has a quarter of a million.
constexpr std::size_t kMaxSymbols = 4'000'000;
constexpr std::size_t kMaxNames = std::size_t{256} << 20;
// No function is larger. An address that is further from its nearest symbol lies in a module that
// is gone or outside of the kernel's text.
constexpr std::uint64_t kMaxFunction = 1 << 20;

}  // namespace

bool SymbolTable::Add(std::uint64_t address, std::string_view name) {
  if (address == 0) {
    ++zeros_;
    return true;
  }
  if (symbols_.size() >= kMaxSymbols || names_.size() + name.size() + 1 > kMaxNames) return false;
  symbols_.push_back({address, static_cast<std::uint32_t>(names_.size())});
  names_.append(name).push_back('\0');
  return true;
}

void SymbolTable::Sort() {
  std::stable_sort(symbols_.begin(), symbols_.end(),
                   [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  names_.shrink_to_fit();
  symbols_.shrink_to_fit();
}

// Returns the first of the symbols with the highest address that is not above `address`.
const SymbolTable::Symbol* SymbolTable::Find(std::uint64_t address) const {
  const auto below = [](const Symbol& symbol, std::uint64_t value) {
    return symbol.address < value;
  };
  auto found = std::lower_bound(symbols_.begin(), symbols_.end(), address, below);
  if (found == symbols_.end() || found->address != address) {
    if (found == symbols_.begin()) return nullptr;
    found = std::lower_bound(symbols_.begin(), found, std::prev(found)->address, below);
  }
  return &*found;
}

std::string_view SymbolTable::At(std::uint64_t address) const {
  const Symbol* const found = Find(address);
  if (found == nullptr || found->address != address) return {};
  return names_.data() + found->name;
}

std::string_view SymbolTable::Before(std::uint64_t address) const {
  const Symbol* const found = Find(address);
  if (found == nullptr || address - found->address >= kMaxFunction) return {};
  return names_.data() + found->name;
}

}  // namespace bpf_exporter::host
