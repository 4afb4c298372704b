// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc, addresses_test.py
#include "kernel/load/kernel_addresses.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/load/constants.h"

namespace bpf_exporter::kernel {
namespace {

constexpr const char* kKallsyms = "/proc/kallsyms";

// Reads "ffffffff81000000 T _stext" or "ffffffffc0000000 t name\t[module]".
std::optional<std::pair<std::string_view, std::uint64_t>> ReadLine(std::string_view line) {
  std::uint64_t address = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), address, 16);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (error != std::errc() || line.size() < digits + 4 || line[digits] != ' ') return std::nullopt;
  const std::string_view name = line.substr(digits + 3);
  return std::pair(name.substr(0, name.find('\t')), address);
}

// Returns the addresses of those of `wanted` that the kernel has.
Result<std::map<std::string, std::uint64_t>> FindSymbols(const std::vector<std::string>& wanted) {
  std::map<std::string, std::uint64_t> found;
  std::ifstream file(kKallsyms);
  if (!file) return ErrnoError(fmt::format("'kaddrs': open {}", kKallsyms), errno);
  for (std::string line; found.size() < wanted.size() && std::getline(file, line);) {
    const auto symbol = ReadLine(line);
    if (!symbol) continue;
    const auto asked = std::find(wanted.begin(), wanted.end(), symbol->first);
    if (asked != wanted.end()) found.emplace(*asked, symbol->second);
  }
  return found;
}

Status SetConstant(const plan::ConfigPlan& plan, bpf_object* object, const std::string& symbol,
                   std::uint64_t address) {
  const auto& globals = plan.object.globals;
  const auto global =
      std::find_if(globals.begin(), globals.end(),
                   [&](const object::GlobalLayout& one) { return one.name == "kaddr_" + symbol; });
  if (global == globals.end()) return Error{fmt::format("no variable kaddr_{}", symbol)};
  const std::string_view bytes(reinterpret_cast<const char*>(&address), sizeof(address));
  if (SetGlobal(object, global->section, global->offset, bytes)) return {};
  return Error{fmt::format("variable 'kaddr_{}' cannot be set", symbol)};
}

}  // namespace

Status SetKernelAddresses(const plan::ConfigPlan& plan, bpf_object* object) {
  if (plan.kaddrs.empty()) return {};
  const Result<std::map<std::string, std::uint64_t>> found = FindSymbols(plan.kaddrs);
  if (!found) return found.error();
  for (const std::string& symbol : plan.kaddrs) {
    const auto address = found->find(symbol);
    if (address == found->end()) {
      return Error{
          fmt::format("'kaddrs': this kernel has no symbol '{}' in {}", symbol, kKallsyms)};
    }
    if (address->second == 0) {
      return Error{
          fmt::format("'kaddrs': the kernel hides the address of '{}'; CAP_SYSLOG, or "
                      "kernel.kptr_restrict below 2, shows it",
                      symbol)};
    }
    if (const Status set = SetConstant(plan, object, symbol, address->second); !set) {
      return set.error().In("'kaddrs'");
    }
  }
  return {};
}

}  // namespace bpf_exporter::kernel
