#pragma once

#include "plan/scope.h"

namespace bpf_exporter {

// What the dialect has and a version of this program may not do yet. A configuration that asks for
// it is refused by name; to enable it, delete its row of the table in unsupported.cc.
enum class Feature { kKaddrs, kCgroupIdMap };

// False, with an error at `at`, if the feature is in the table.
bool RequireFeature(Feature feature, Position at, const Scope& scope);

}  // namespace bpf_exporter
