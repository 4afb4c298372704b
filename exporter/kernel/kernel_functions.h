// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bpf_exporter::kernel {

// What the kernel has of a function that somebody wants to probe.
struct KernelFunctions {
  bool exists = false;  // one of that very name
  // Those that the compiler made of it (f.isra.0, f.part.0), and the function of the system call
  // that has its name (__x64_sys_read of sys_read); five at most.
  std::vector<std::string> others;
};

// Looks for each of `functions` in `kallsyms`, which tells names without any privilege, and returns
// what it found in their order.
std::vector<KernelFunctions> FindKernelFunctions(const std::vector<std::string>& functions,
                                                 const std::string& kallsyms = "/proc/kallsyms");

// The kernel's functions by name, each with the module that it is in; empty: in no module.
using ModulesOfFunctions = std::map<std::string, std::string>;

// Looks for each of `functions` in `kallsyms`. Of several of one name it is the first, as it is for
// a kprobe. Those that the kernel does not have are not in the result.
ModulesOfFunctions FindModules(const std::vector<std::string>& functions,
                               const std::string& kallsyms = "/proc/kallsyms");

// Returns how a kprobe can be at what there is of a function that does not exist; empty if there is
// nothing.
std::string KprobeInstead(const std::string& function, const KernelFunctions& found);

// The same for an fentry or fexit program, which cannot be there.
std::string FentryInstead(const KernelFunctions& found);

}  // namespace bpf_exporter::kernel
