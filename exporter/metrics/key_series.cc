// SPDX-License-Identifier: Apache-2.0
// Tests: collector_keys_test.cc, map_dump_test.cc
#include "metrics/key_series.h"

#include <algorithm>

#include "metrics/buckets.h"

namespace bpf_exporter::metrics {
namespace {

bool IsZero(const std::byte* key, std::size_t size) {
  return std::all_of(key, key + size, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

KeySeries::Outcome KeySeries::Decode(const std::byte* key, std::size_t size, std::uint32_t cpu) {
  if (metric_.zero_key_only && !IsZero(key, size)) return Outcome::kNotZero;
  decode::Decoded decoded = decode::Decoded::kOk;
  if (const plan::HistogramPlan& histogram = metric_.histogram; histogram.bucket) {
    bucket_ = 0;
    decoded = labels_.BuildBucket(*histogram.bucket, key, bucket_);
    cell_ = CellOf(histogram, bucket_);
  }
  const bool provisional_bucket = decoded == decode::Decoded::kProvisional;
  if (decode::HasText(decoded)) decoded = labels_.Build(metric_, key, cpu);
  if (decoded == decode::Decoded::kSkip) return Outcome::kSkipped;
  if (decoded == decode::Decoded::kError) return Outcome::kUndecodable;
  const bool provisional = provisional_bucket || decoded == decode::Decoded::kProvisional;
  return provisional ? Outcome::kProvisional : Outcome::kSeries;
}

}  // namespace bpf_exporter::metrics
