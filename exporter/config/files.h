// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace bpf_exporter::config {

// Reads a regular file of at most 1 MiB. The error does not name the file. Any thread.
Result<std::string> ReadConfigFile(const std::string& path);

// Returns the name of the configuration in a file: its path without folder and ending.
std::string ConfigName(const std::string& path);

// Returns the names of all NAME.yaml and NAME.yml directly in `dir` that are regular files or links
// to them, sorted, each once. Leaves hidden files out, and with a warning in the log whatever else
// has such an ending or has a name that no configuration can have.
Result<std::vector<std::string>> ListConfigs(const std::string& dir);

// Returns the path of DIR/NAME.yaml or DIR/NAME.yml; the first where neither is there. It is an
// error if both are.
Result<std::string> FindConfig(const std::string& dir, const std::string& name);

// Checks that DIR/NAME.yaml stays below DIR. A name may have slashes, but neither start nor end
// with one, nor have the part `..`.
Status ValidConfigName(const std::string& name);

}  // namespace bpf_exporter::config
