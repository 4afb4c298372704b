// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

// The places that a probe names with a mapping: `xdp: {interface: eth0}`.
extern const Mapping<ProbeSpec> kSocketFilterMapping;
extern const Mapping<ProbeSpec> kXdpMapping;
extern const Mapping<ProbeSpec> kTcMapping;
extern const Mapping<ProbeSpec> kCgroupMapping;
extern const Mapping<ProbeSpec> kPerfEventMapping;
extern const Mapping<ProbeSpec> kUprobeMapping;
extern const Mapping<ProbeSpec> kUsdtMapping;

// Returns the words that `direction` of tc takes.
std::vector<std::string> TcDirections();

}  // namespace bpf_exporter::config
