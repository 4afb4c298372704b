// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

// A family that prometheus-cpp's registry made; valid as long as the snapshot.
struct OwnFamily {
  std::string_view name;
  std::string_view help;
  std::string_view type;
  const prometheus::MetricFamily* family;
};

// Those that have samples, sorted by name.
std::vector<OwnFamily> OwnFamilies(const metrics::Snapshot& snapshot);

// Writes the samples: there are few, so simply.
void WriteSamples(const OwnFamily& family, PageWriter& writer);

}  // namespace bpf_exporter::exposition
