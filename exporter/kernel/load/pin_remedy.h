// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bpf_exporter::kernel {

// Returns what is wrong with the place where a map is pinned, and what helps, from libbpf's lines
// about loading an object that failed with `code`. Empty if it failed for another reason.
std::string PinRemedy(const std::vector<std::string>& lines, int code);

}  // namespace bpf_exporter::kernel
