// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "config/config.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {

// Parses the YAML text `source`. Reports everything that is wrong with it to `diagnostics` and
// returns nothing if there was an error. `name` becomes Config::name. Never throws.
std::optional<Config> ParseConfig(std::string name, std::string path, const std::string& source,
                                  Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
