// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/diagnostics.h"
#include "config/node.h"

namespace bpf_exporter::config {

// Reads the one YAML document in `source`. Reports to `diagnostics` what is not UTF-8, not YAML,
// nested too deep or too large once its aliases are followed; returns null then and for an empty
// document. Never throws.
NodePtr ReadYaml(const std::string& source, Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
