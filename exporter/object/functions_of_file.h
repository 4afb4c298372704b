// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::object {

// Returns whether the program or library has a function of that name that its symbols tell. False
// for a file that cannot be read or is no ELF file.
bool HasFunction(const std::string& path, const std::string& function);

}  // namespace bpf_exporter::object
