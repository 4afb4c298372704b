// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

// Reads `constants:`, a mapping of names to values, whose types only the object knows. Reports
// names that are there twice and values that no constant has.
std::vector<ConstantSpec> ReadConstants(const Field& field);

// Reads the constant that `field`, which is called "when" or "unless", names into `condition`.
// Reports an entry that has both.
void ReadCondition(const Field& field, std::optional<ConditionSpec>& condition);

}  // namespace bpf_exporter::config
