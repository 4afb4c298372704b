// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "object/layout.h"

namespace bpf_exporter::object {

// Returns what the ELF file and its BTF say. Needs no privilege and makes no bpf() call. Reads the
// file's content in a child process: libbpf 1.1 can crash on a corrupt object, and that must end
// one configuration, not the process. Call before threads exist.
Result<ObjectLayout> ReadObjectLayout(const std::string& path);

}  // namespace bpf_exporter::object
