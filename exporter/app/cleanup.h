// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.h"

namespace bpf_exporter::app {

// `bpf_exporter --cleanup`: removes the filters on qdiscs that killed runs of these configurations,
// or of all if none is named, left in this network namespace. Logs what goes. Returns kFailed if
// something cannot be removed.
ExitCode Cleanup(const std::vector<std::string>& configs);

}  // namespace bpf_exporter::app
