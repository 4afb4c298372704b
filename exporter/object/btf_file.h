// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace bpf_exporter::object {

// Checks that libbpf can read the kernel's BTF from the file, raw or in an ELF file (vmlinux).
Status CheckBtfFile(const std::string& path);

}  // namespace bpf_exporter::object
