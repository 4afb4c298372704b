// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bpf_exporter::host {

// What a line of kallsyms says: "ffffffff81000000 T _stext", or "… t name\t[module]".
struct KernelSymbol {
  std::uint64_t address = 0;  // 0 where the kernel hides it, and of per-CPU variables
  char type = 0;              // as nm(1) has it: 'T' and 't' are functions
  std::string_view name;      // with the module, "name\t[module]"; valid during the call only
};

// Calls use(symbol) for each symbol of the file at `fd`, from its beginning, until `use` returns
// false or the file ends. Lines of another form are passed over. The error names `path`.
Status ReadKallsyms(int fd, const std::string& path,
                    const std::function<bool(const KernelSymbol&)>& use);

}  // namespace bpf_exporter::host
