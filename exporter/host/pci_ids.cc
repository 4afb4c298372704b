// SPDX-License-Identifier: Apache-2.0
// Tests: pci_test.cc
#include "host/pci_ids.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include "base/log.h"

namespace bpf_exporter::host {
namespace {

constexpr std::size_t kMaxLines = 1'000'000;
constexpr std::chrono::seconds kLookAgainAfter{30};

struct Item {
  std::uint64_t id;
  std::string_view name;
};

// Reads "8086  Intel Corporation", with an id of `digits` hex digits.
std::optional<Item> ParseItem(std::string_view line, std::size_t digits) {
  if (line.size() <= digits || line[digits] != ' ') return std::nullopt;
  Item item{};
  const char* const end = line.data() + digits;
  const auto [stop, error] = std::from_chars(line.data(), end, item.id, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  item.name = line.substr(digits);
  item.name.remove_prefix(std::min(item.name.find_first_not_of(' '), item.name.size()));
  return item;
}

}  // namespace

PciNames ParsePciIds(std::istream& file) {
  PciNames names;
  // Indented lines belong to the vendor or class of the last line that was not indented.
  std::unordered_map<std::uint64_t, std::string>* children = nullptr;
  std::uint64_t parent = 0;
  std::size_t digits = 0;  // of the id in an indented line
  std::string text;
  for (std::size_t lines = 0; lines < kMaxLines && std::getline(file, text); ++lines) {
    std::string_view line = text;
    if (line.empty() || line.starts_with('#') || line.starts_with("\t\t")) continue;
    if (line.starts_with('\t')) {
      const std::optional<Item> item = ParseItem(line.substr(1), digits);
      if (item && children != nullptr) (*children)[parent << 4 * digits | item->id] = item->name;
      continue;
    }
    const bool is_class = line.starts_with("C ");
    if (is_class) line.remove_prefix(2);
    const std::optional<Item> item = ParseItem(line, is_class ? 2 : 4);
    children = nullptr;
    if (!item) continue;
    (is_class ? names.classes : names.vendors)[item->id] = item->name;
    children = is_class ? &names.subclasses : &names.devices;
    parent = item->id;
    digits = is_class ? 2 : 4;
  }
  return names;
}

PciIds::PciIds(std::vector<std::string> paths, Clock now)
    : paths_(std::move(paths)), now_(std::move(now)) {}

const PciNames* PciIds::Names() {
  const std::lock_guard lock(mutex_);
  if (names_) return &*names_;
  const Time now = now_();
  if (looked_at_ && now - *looked_at_ < kLookAgainAfter) return nullptr;
  const bool first = !looked_at_;
  looked_at_ = now;
  for (const std::string& path : paths_) {
    std::ifstream file(path);
    if (!file) continue;
    names_ = ParsePciIds(file);
    return &*names_;
  }
  if (first) {
    log::Warn("no pci.ids (package pci.ids): PCI vendors, devices and classes have no names");
  }
  return nullptr;
}

}  // namespace bpf_exporter::host
