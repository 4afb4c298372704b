// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bpf_exporter::kernel {

// The kernel's lists of functions.
struct FunctionFiles {
  std::vector<std::string> traceable = {
      "/sys/kernel/tracing/available_filter_functions",
      "/sys/kernel/debug/tracing/available_filter_functions"};  // the first that can be read
  std::string kallsyms = "/proc/kallsyms";
};

// Returns whether the kernel tells which functions it can trace: tracefs is mounted, this process
// may read it, and the kernel was built with CONFIG_FUNCTION_TRACER.
bool TellsTraceableFunctions(const FunctionFiles& files = {});

// Calls use(name, module) for each function of the kernel, whose module is empty, and of its
// modules that it can trace or, where it does not tell, for each that it has; among those are some
// that nobody may probe. A name that several functions have comes as often.
void ForEachKernelFunction(
    const std::function<void(std::string_view name, std::string_view module)>& use,
    const FunctionFiles& files = {});

}  // namespace bpf_exporter::kernel
