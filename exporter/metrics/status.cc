// SPDX-License-Identifier: Apache-2.0
// Tests: self_metrics_test.cc
#include "metrics/status.h"

#include <algorithm>

namespace bpf_exporter::metrics {

bool ProgramStatus::Missed() const {
  if (!needed) return false;
  if (places.empty()) return !attached;
  return std::any_of(places.begin(), places.end(), [](const PlaceStatus& place) {
    return place.needed && !place.attached && !place.waiting;
  });
}

bool ConfigStatus::MissesPrograms() const {
  return std::any_of(programs.begin(), programs.end(),
                     [](const ProgramStatus& program) { return program.Missed(); });
}

}  // namespace bpf_exporter::metrics
