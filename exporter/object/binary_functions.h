// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bpf_exporter::object {

// Calls use(name, offset) for each function that the symbols of a program's or a library's file
// name, with where it begins in the file, in bytes. A function with several names, or in both
// tables of symbols, comes as often. Parts that the compiler moved away as hardly ever run
// ("f.cold") are no functions. The error names neither the file nor what it was read for; its code
// is an errno, or ENOEXEC where the file is not ELF.
Status ReadBinaryFunctions(
    const std::string& path,
    const std::function<void(std::string_view name, std::uint64_t offset)>& use);

// Returns whether the program or library has a function of that name that its symbols tell. False
// for a file that cannot be read or is no ELF file.
bool HasFunction(const std::string& path, const std::string& function);

// Returns whether processes run what is at that offset of the file, in bytes: it is in a part that
// is mapped as code. Nothing if the file is no ELF file, or cannot be read.
std::optional<bool> IsCode(const std::string& path, std::uint64_t offset);

}  // namespace bpf_exporter::object
