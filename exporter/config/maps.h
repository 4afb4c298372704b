// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<MapSpec> kMapMapping;

// Reads `maps:`, a mapping of the names of maps to what they are made with. Reports names that are
// there twice and what no map has.
std::vector<MapSpec> ReadMaps(const Field& field);

}  // namespace bpf_exporter::config
