// SPDX-License-Identifier: Apache-2.0
// Tests: ifname_test.cc, interfaces_test.cc
#include "host/interfaces.h"

#include <net/if.h>

#include <utility>

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kStaleAfter{10};
constexpr std::size_t kMaxNames = 4096;

}  // namespace

Interfaces::Interfaces(Clock now) : now_(std::move(now)) {}

std::string Interfaces::Name(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  const Time now = now_();
  Entry* const known = FindKept(names_, index, now);
  if (known != nullptr && now - known->asked_at < kStaleAfter) return known->name;
  char name[IF_NAMESIZE];
  if (if_indextoname(index, name) == nullptr) {
    if (known == nullptr) return {};
    known->asked_at = now;
    return known->name;
  }
  if (names_.size() >= kMaxNames) names_.clear();
  names_.insert_or_assign(index, Entry{{name, now}, now});
  return name;
}

}  // namespace bpf_exporter::host
