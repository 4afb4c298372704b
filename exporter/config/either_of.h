// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<EitherOfSpec> kEitherOfMapping;

extern const Mapping<std::vector<Text>> kBothMapping;

// Reads an entry of `probes:` that is about several programs: `any: [A, [B, C]]`, of which one is
// enough, or `both: [A, B]`, which are meant to run both. Reports what is wrong with it. Returns
// false, and nothing happens, if it is another entry.
bool ReadProgramGroup(const Field& entry, Config& config);

}  // namespace bpf_exporter::config
