// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bpf_exporter {

// Returns how long to rest after work that took `took`, so that work which is done over and over
// takes at most a twentieth of the time.
template <typename Duration>
constexpr Duration RestAfter(Duration took) {
  constexpr int kRestPerWork = 20;
  return took * kRestPerWork;
}

}  // namespace bpf_exporter
