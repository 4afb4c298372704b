// SPDX-License-Identifier: Apache-2.0
#include "kernel/traceable_functions.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/fd.h"
#include "host/kallsyms.h"

namespace bpf_exporter::kernel {
namespace {

// Returns the first of the lists that can be read; empty: none can.
std::string ReadableList(const FunctionFiles& files) {
  const auto readable =
      std::find_if(files.traceable.begin(), files.traceable.end(), [](const std::string& path) {
        return faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0;
      });
  return readable == files.traceable.end() ? std::string() : *readable;
}

// Returns whether the name is of no function: of what the compiler put before one or moved out of
// it, or of one that the kernel's linker dropped.
bool IsNoFunction(std::string_view name) {
  return name.empty() || name.starts_with("__pfx_") || name.starts_with("__cfi_") ||
         name.starts_with("__ftrace_invalid_address") || name.find(".cold") != name.npos;
}

// Returns the module in what follows a function's name, " [nf_tables]"; empty if there is none.
std::string_view ModuleIn(std::string_view rest) {
  const std::size_t start = rest.find('[');
  const std::size_t end = rest.find(']');
  if (start == std::string_view::npos || end == std::string_view::npos || end < start) return {};
  return rest.substr(start + 1, end - start - 1);
}

}  // namespace

bool TellsTraceableFunctions(const FunctionFiles& files) { return !ReadableList(files).empty(); }

void ForEachKernelFunction(
    const std::function<void(std::string_view name, std::string_view module)>& use,
    const FunctionFiles& files) {
  if (const std::string list = ReadableList(files); !list.empty()) {
    std::ifstream lines(list);
    for (std::string line; std::getline(lines, line);) {
      const std::string_view name = std::string_view(line).substr(0, line.find(' '));
      if (!IsNoFunction(name)) use(name, ModuleIn(std::string_view(line).substr(name.size())));
    }
    return;
  }
  const Fd file(open(files.kallsyms.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return;
  const auto use_symbol = [&](const host::KernelSymbol& symbol) {
    const std::string_view name = symbol.name.substr(0, symbol.name.find('\t'));
    if ((symbol.type == 'T' || symbol.type == 't') && !IsNoFunction(name)) {
      use(name, ModuleIn(symbol.name.substr(name.size())));
    }
    return true;
  };
  // What cannot be read is not found.
  static_cast<void>(host::ReadKallsyms(file.get(), files.kallsyms, use_symbol));
}

}  // namespace bpf_exporter::kernel
