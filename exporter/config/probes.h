// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<ProbeSpec> kProbeMapping;
extern const Mapping<ProbeSpec> kEachOfMapping;
extern const Mapping<ProbeSpec> kSocketFilterMapping;
extern const Mapping<ProbeSpec> kXdpMapping;
extern const Mapping<ProbeSpec> kTcMapping;
extern const Mapping<ProbeSpec> kCgroupMapping;
extern const Mapping<ProbeSpec> kPerfEventMapping;
extern const Mapping<ProbeSpec> kUprobeMapping;
extern const Mapping<ProbeSpec> kUsdtMapping;

// Reads the list `probes:`; entries with errors are reported and may be incomplete.
std::vector<ProbeSpec> ReadProbes(const Field& field);

// Returns the words that `direction` of tc takes.
std::vector<std::string> TcDirections();

}  // namespace bpf_exporter::config
