// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_functions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

#include "base/fd.h"
#include "host/kallsyms.h"

namespace bpf_exporter::kernel {
namespace {

constexpr std::size_t kMaxOthers = 5;

// Returns the name of the system call that "sys_openat" or "SyS_openat" was the function of before
// Linux 4.17; empty for other functions.
std::string_view SystemCallOf(std::string_view function) {
  for (const std::string_view start : {"sys_", "SyS_", "__sys_"}) {
    if (function.starts_with(start)) return function.substr(start.size());
  }
  return {};
}

bool IsFunctionOf(std::string_view symbol, std::string_view call) {
  if (call.empty()) return false;
  constexpr std::array<std::string_view, 4> kStarts = {"__x64_sys_", "__arm64_sys_", "__s390x_sys_",
                                                       "__riscv_sys_"};
  return std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view start) {
    return symbol.starts_with(start) && symbol.substr(start.size()) == call;
  });
}

// Notes what the symbol is of a function, if anything.
void Compare(std::string_view symbol, const std::string& function, KernelFunctions& found) {
  if (symbol == function) found.exists = true;
  // ".cold" is the part that hardly ever runs.
  const bool part = symbol.size() > function.size() && symbol.starts_with(function) &&
                    symbol[function.size()] == '.' &&
                    symbol.find(".cold") == std::string_view::npos;
  if (!part && !IsFunctionOf(symbol, SystemCallOf(function))) return;
  const bool known =
      std::find(found.others.begin(), found.others.end(), symbol) != found.others.end();
  if (!known && found.others.size() < kMaxOthers) found.others.emplace_back(symbol);
}

}  // namespace

std::vector<KernelFunctions> FindKernelFunctions(const std::vector<std::string>& functions,
                                                 const std::string& kallsyms) {
  std::vector<KernelFunctions> found(functions.size());
  const Fd file(open(kallsyms.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return found;
  // What cannot be read is not found.
  static_cast<void>(host::ReadKallsyms(file.get(), kallsyms, [&](const host::KernelSymbol& symbol) {
    const std::string_view name = symbol.name.substr(0, symbol.name.find('\t'));
    for (std::size_t i = 0; i < functions.size(); ++i) Compare(name, functions[i], found[i]);
    return true;
  }));
  return found;
}

ModulesOfFunctions FindModules(const std::vector<std::string>& functions,
                               const std::string& kallsyms) {
  ModulesOfFunctions modules;
  const std::set<std::string, std::less<>> wanted(functions.begin(), functions.end());
  const Fd file(open(kallsyms.c_str(), O_RDONLY | O_CLOEXEC));
  if (wanted.empty() || !file.valid()) return modules;
  // What cannot be read is not found.
  static_cast<void>(host::ReadKallsyms(file.get(), kallsyms, [&](const host::KernelSymbol& symbol) {
    const std::size_t tab = symbol.name.find('\t');
    const auto function = wanted.find(symbol.name.substr(0, tab));
    if (function == wanted.end()) return true;
    std::string_view module;
    if (tab != std::string_view::npos) module = symbol.name.substr(tab + 1);
    if (module.starts_with('[') && module.ends_with(']')) {
      module = module.substr(1, module.size() - 2);
    }
    modules.try_emplace(*function, module);
    return modules.size() < wanted.size();
  }));
  return modules;
}

std::string KprobeInstead(const std::string& function, const KernelFunctions& found) {
  if (found.others.empty()) return {};
  if (const std::string_view call = SystemCallOf(function);
      !call.empty() && IsFunctionOf(found.others.front(), call)) {
    return fmt::format("it has '{}', which SEC(\"ksyscall/{}\") finds on every machine",
                       found.others.front(), call);
  }
  return fmt::format(
      "it has '{}', which the compiler made of it: under probes: kprobe: [{}, {}] takes the first "
      "that there is",
      fmt::join(found.others, "', '"), function, fmt::join(found.others, ", "));
}

std::string FentryInstead(const KernelFunctions& found) {
  if (found.others.empty()) return {};
  return fmt::format("it has '{}', where only a kprobe can be", fmt::join(found.others, "', '"));
}

}  // namespace bpf_exporter::kernel
