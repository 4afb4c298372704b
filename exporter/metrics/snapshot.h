// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "metrics/family_snapshot.h"

namespace bpf_exporter::metrics {

// Everything at one time. Immutable; every scrape that it serves shares it.
struct Snapshot {
  std::uint64_t number = 0;  // grows from one snapshot of the process to the next
  std::chrono::system_clock::time_point time;
  std::chrono::nanoseconds duration{0};  // of reading the maps
  // Both are sorted by name and have no name in common: Resolve refuses a metric of the second's.
  std::vector<FamilySnapshot> families;  // made from maps
  std::vector<FamilySnapshot> own;       // what the exporter says about itself

  // Calls use(family) for all families that have series, sorted by name.
  template <typename Use>
  void ForEachFamily(Use&& use) const {
    auto next = own.begin();
    const auto use_own_before = [&](const FamilySnapshot* bound) {
      for (; next != own.end() && (bound == nullptr || next->name() < bound->name()); ++next) {
        if (next->series > 0) use(*next);
      }
    };
    for (const FamilySnapshot& family : families) {
      use_own_before(&family);
      if (family.series > 0) use(family);
    }
    use_own_before(nullptr);
  }
};

}  // namespace bpf_exporter::metrics
