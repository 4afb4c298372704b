// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/mapping.h"

namespace bpf_exporter::config {

// Reads `NAME`, `[NAME, …]`, of which the first that the kernel has counts, or `{all: [NAME, …]}`,
// of which each does.
void ReadTargets(const Field& field, ProbeSpec& probe);

// Reads `NAME` or `[NAME, …]`, each of which counts: interfaces and cgroups, of which no kernel
// has another for the same purpose.
void ReadEachTarget(const Field& field, ProbeSpec& probe);

}  // namespace bpf_exporter::config
