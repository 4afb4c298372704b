// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<Config> kConfigMapping;
extern const Mapping<Config> kMetricsMapping;
extern const Mapping<Config> kTracingMapping;
extern const Mapping<SpanSpec> kSpanMapping;
extern const Mapping<CgroupIdMapSpec> kCgroupIdMapMapping;
extern const Mapping<Config> kCompatMapping;

// Return the words of `type` in cgroup_id_map, in the order of CgroupMapType, and of
// `compat.syscall_names`.
std::vector<std::string> CgroupMapTypeNames();
std::vector<std::string> SyscallNameSources();

}  // namespace bpf_exporter::config
