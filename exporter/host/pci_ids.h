// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <istream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"

namespace bpf_exporter::host {

// Names of PCI vendors, devices, classes and subclasses. Read only once filled.
struct PciNames {
  std::unordered_map<std::uint64_t, std::string> vendors;
  std::unordered_map<std::uint64_t, std::string> devices;  // vendor << 16 | device
  std::unordered_map<std::uint64_t, std::string> classes;
  std::unordered_map<std::uint64_t, std::string> subclasses;  // class << 8 | subclass
};

// Reads the format of https://pci-ids.ucw.cz (pci.ids); lines that are not of it are left out.
PciNames ParsePciIds(std::istream& file);

// The first of `paths` that can be opened, read when first asked for, and looked for again, at most
// every 30 s, while there is none. Any thread.
class PciIds {
 public:
  PciIds(std::vector<std::string> paths, Clock now);
  // Null if there is no such file. What was read stays.
  const PciNames* Names();

 private:
  const std::vector<std::string> paths_;
  const Clock now_;
  std::mutex mutex_;
  std::optional<PciNames> names_;
  std::optional<Time> looked_at_;
};

}  // namespace bpf_exporter::host
