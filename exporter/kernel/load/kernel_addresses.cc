// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc, addresses_test.py
#include "kernel/load/kernel_addresses.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "host/kallsyms.h"
#include "kernel/load/constants.h"

namespace bpf_exporter::kernel {
namespace {

constexpr const char* kKallsyms = "/proc/kallsyms";

// Returns the addresses of those of `wanted` that the kernel has.
Result<std::map<std::string, std::uint64_t>> FindSymbols(const std::vector<std::string>& wanted) {
  std::map<std::string, std::uint64_t> found;
  const Fd file(open(kKallsyms, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoError(fmt::format("'kaddrs': open {}", kKallsyms), errno);
  const Status read = host::ReadKallsyms(file.get(), kKallsyms, [&](const auto& symbol) {
    const std::string_view name = symbol.name.substr(0, symbol.name.find('\t'));
    const auto asked = std::find(wanted.begin(), wanted.end(), name);
    if (asked != wanted.end()) found.emplace(*asked, symbol.address);
    return found.size() < wanted.size();
  });
  if (!read) return read.error().In("'kaddrs'");
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
