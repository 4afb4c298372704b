// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace bpf_exporter::kernel {

// Removes the filters on qdiscs of this network namespace that processes of this program left which
// were killed, and qdiscs that they made and nobody uses any more; logs each. With `configs` only
// those of these configurations. What a process still keeps, and what is somebody else's, stays.
// What cannot be removed does not keep it from the rest; the error is the first.
Status RemoveLeftFilters(const std::optional<std::vector<std::string>>& configs = std::nullopt);

}  // namespace bpf_exporter::kernel
