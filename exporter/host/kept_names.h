// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/clock.h"

namespace bpf_exporter::host {

// The name of something on the host, which is kept for ten minutes: keys and records may name
// what is gone.
struct KeptName {
  std::string name;
  Time since;  // when the ten minutes began

  bool IsExpired(Time now) const { return now - since >= std::chrono::minutes(10); }
};

// Returns what `names`, a map of keys to KeptName or to what is derived from it, has at `key`; null
// if nothing, or only what is expired, which it drops.
template <typename Names>
typename Names::mapped_type* FindKept(Names& names, const typename Names::key_type& key, Time now) {
  const auto found = names.find(key);
  if (found == names.end()) return nullptr;
  if (!found->second.IsExpired(now)) return &found->second;
  names.erase(found);
  return nullptr;
}

// Drops all that is expired.
template <typename Names>
void ForgetExpired(Names& names, Time now) {
  std::erase_if(names, [now](const auto& entry) { return entry.second.IsExpired(now); });
}

}  // namespace bpf_exporter::host
