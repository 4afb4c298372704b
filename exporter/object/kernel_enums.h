// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.h"

namespace bpf_exporter::object {

// The names of an enum by their numbers; of two names of one number the first in the source.
using EnumNames = std::map<std::int64_t, std::string>;

// Reads the enums called `names` from the file with the kernel's BTF, in one pass. An enum that it
// lacks is left out; of two of one name the first counts.
Result<std::map<std::string, EnumNames>> ReadEnums(const std::string& path,
                                                   const std::set<std::string>& names);

}  // namespace bpf_exporter::object
