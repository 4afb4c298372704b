// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/collector.h"
#include "metrics/status.h"

namespace bpf_exporter::metrics {

struct DumpLimits {
  RowLimits map;
  std::size_t text = 64 << 20;  // bytes of the page after which further rows are only counted
};

// What the maps hold now, as text for people: each row's key in hex and, for every metric over its
// map, the decoded labels and the raw numbers, or why it makes no series. A map that cannot be read
// has its error instead, and a configuration that is not up the reason. Any thread.
std::string DumpMaps(Collector& collector, const std::vector<ConfigStatus>& configs,
                     const DumpLimits& limits = {});

}  // namespace bpf_exporter::metrics
