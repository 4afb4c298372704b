// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::web {

// Returns the version of the CivetWeb that is loaded: "1.15". Any thread.
std::string CivetwebVersion();

}  // namespace bpf_exporter::web
