// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<ProbeSpec> kProbeMapping;
extern const Mapping<ProbeSpec> kEachOfMapping;

// Reads the list `probes:`; entries with errors are reported and may be incomplete.
std::vector<ProbeSpec> ReadProbes(const Field& field);

}  // namespace bpf_exporter::config
