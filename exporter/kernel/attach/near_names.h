// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bpf_exporter::kernel {

// Returns up to five of `names` that are near a pattern which matches none, for a message: "it has
// 'work_a', 'work_b'", those that share the longest beginning with it, or "did you mean 'worker'?";
// empty if nothing is near.
std::string NearNames(std::string_view pattern, const std::vector<std::string>& names);

}  // namespace bpf_exporter::kernel
