// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {

// Reads a regular file of at most 1 MiB. Any thread.
Result<std::string> ReadConfigFile(const std::string& path);

// Parses the YAML text `source`; reports everything that is wrong with it to `diagnostics` and
// returns nothing if there was an error. `name` becomes Config::name. Never throws.
std::optional<Config> ParseConfig(std::string name, std::string path, const std::string& source,
                                  Diagnostics& diagnostics);

// The names of all NAME.yaml directly in `dir` that are regular files or links to them, sorted.
// Hidden files are left out; so is anything else of that ending, with a warning in the log.
Result<std::vector<std::string>> ListConfigs(const std::string& dir);

// Whether DIR/NAME.yaml stays below DIR. A name may have slashes, but neither start nor end with
// one, nor have the part `..`.
Status ValidConfigName(const std::string& name);

}  // namespace bpf_exporter::config
