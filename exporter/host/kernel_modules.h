// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bpf_exporter::host {

// The modules of the kernel by name, those that are built in and have parameters among them. The
// number is another each time that a module is loaded: the inode of its folder in sysfs, where the
// kernel makes a new one.
using KernelModules = std::map<std::string, std::uint64_t>;

// Returns the modules that are in the kernel now; nothing if it does not tell.
KernelModules ModulesNow(const std::string& folder = "/sys/module");

}  // namespace bpf_exporter::host
