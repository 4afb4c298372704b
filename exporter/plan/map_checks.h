// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"
#include "plan/scope.h"

namespace bpf_exporter::plan {

// Returns why no kernel makes a map that is declared so, and what to write instead: "max_entries is
// 0; …", without the map's name. Empty if nothing speaks against it.
std::string WhyImpossible(const object::MapLayout& map);

// Reports the maps of the object that no kernel makes: libbpf makes them all, also those that no
// metric reads.
void CheckMaps(const Scope& scope);

// Warns once of counters and histograms on LRU maps, which lose what they counted.
void WarnOfLruCounters(const Scope& scope);

}  // namespace bpf_exporter::plan
