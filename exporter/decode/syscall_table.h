// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace bpf_exporter::decode {

enum class Architecture { kX86, kArm };  // the 64-bit ones
enum class SyscallNames { kKernel, kStrace };

#if defined(__x86_64__)
constexpr Architecture kOwnArchitecture = Architecture::kX86;
#elif defined(__aarch64__)
constexpr Architecture kOwnArchitecture = Architecture::kArm;
#else
#error "no system call table for this architecture"
#endif

// Returns the name of a system call; empty if there is none of that number.
std::string_view SyscallName(Architecture architecture, SyscallNames names, std::uint64_t number);

}  // namespace bpf_exporter::decode
