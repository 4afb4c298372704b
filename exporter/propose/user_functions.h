// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "object/layout.h"

// Functions of user programs that an object names without the file that has them.
namespace bpf_exporter::propose {

// A function, and a file of this host that has it.
struct UserFunction {
  std::string function;
  std::string binary;  // as an entry names it: "libc.so.6"; empty: none of those that are tried
};

// Returns the function of SEC("uprobe/FUNCTION") or SEC("uretprobe/FUNCTION"), sections that say
// nothing of the file; nothing for others. `stem` is the object's name: bashreadline may be about
// bash. After that come libraries and programs that most hosts have.
std::optional<UserFunction> FunctionOfSection(const object::ProgramLayout& program,
                                              const std::string& stem);

// Returns the function that the program's own name tells, as malloc_enter does, if one of those
// files has it.
std::optional<UserFunction> FunctionOfName(const object::ProgramLayout& program,
                                           const std::string& stem);

}  // namespace bpf_exporter::propose
