// SPDX-License-Identifier: Apache-2.0
// Tests: schema_test.cc
#include "config/accepted.h"

#include "config/either_of.h"
#include "config/histogram.h"
#include "config/labels.h"
#include "config/maps.h"
#include "config/metrics.h"
#include "config/probe_places.h"
#include "config/probes.h"
#include "config/top_level.h"

namespace bpf_exporter::config {
namespace {

template <typename T>
Accepted Keys(const Mapping<T>& mapping) {
  return {std::string(mapping.name), mapping.KeyNames()};
}

}  // namespace

std::vector<Accepted> AcceptedKeys() {
  return {Keys(kConfigMapping),   Keys(kMetricsMapping),      Keys(kCounterMapping),
          Keys(kGaugeMapping),    Keys(kHistogramMapping),    Keys(kArrayValueMapping),
          Keys(kLabelMapping),    Keys(kDecoderMapping),      Keys(kProbeMapping),
          Keys(kEitherOfMapping), Keys(kBothMapping),         Keys(kMapMapping),
          Keys(kEachOfMapping),   Keys(kSocketFilterMapping), Keys(kXdpMapping),
          Keys(kTcMapping),       Keys(kCgroupMapping),       Keys(kPerfEventMapping),
          Keys(kUprobeMapping),   Keys(kUsdtMapping),         Keys(kTracingMapping),
          Keys(kSpanMapping),     Keys(kCgroupIdMapMapping),  Keys(kCompatMapping)};
}

std::vector<Accepted> AcceptedWords() {
  return {{"histogram.bucket_type", BucketTypeNames()},
          {"tc.direction", TcDirections()},
          {"cgroup_id_map.type", CgroupMapTypeNames()},
          {"compat.syscall_names", SyscallNameSources()}};
}

}  // namespace bpf_exporter::config
