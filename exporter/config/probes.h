// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<ProbeSpec> kProbeMapping;
extern const Mapping<ProbeSpec> kEachOfMapping;

// Reads the list `probes:` into `config`: `probes`, `either_of` and `both`; entries with errors are
// reported and may be incomplete.
void ReadProbes(const Field& field, Config& config);

}  // namespace bpf_exporter::config
