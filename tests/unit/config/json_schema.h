// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bpf_exporter::config {

// Why `value` does not fit `schema`, one line each; empty if it fits. Knows the part of JSON
// Schema that config/schema.json uses, and says so when it meets another keyword.
std::vector<std::string> SchemaProblems(const nlohmann::json& root, const nlohmann::json& schema,
                                        const nlohmann::json& value, const std::string& where);

}  // namespace bpf_exporter::config
