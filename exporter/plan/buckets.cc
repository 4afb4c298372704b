// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_histograms_test.cc
#include "plan/buckets.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace bpf_exporter::plan {
namespace {

// The upper bound of a bucket before the multiplier; ebpf_exporter's formulas.
double Bound(config::BucketType type, std::int64_t number) {
  switch (type) {
    case config::BucketType::kExp2:
      return std::ldexp(1.0, static_cast<int>(number));
    case config::BucketType::kExp2Zero:
      return number == 0 ? 0 : std::ldexp(1.0, static_cast<int>(number - 1));
    case config::BucketType::kLinear:
    case config::BucketType::kFixed:
    case config::BucketType::kNative:  // see native.h
      break;
  }
  return static_cast<double>(number);
}

bool IsBucketNumber(double key) { return key >= 0 && key == std::floor(key) && key < 0x1p63; }

bool Fail(const Scope& scope, config::Position at, std::string text) {
  scope.diagnostics.Error(at, std::move(text));
  return false;
}

// Keys that are no bucket number make a bucket that no row falls into: it has the number of the
// bucket before it, and of equal numbers the first counts.
bool FixedBuckets(const Scope& scope, const config::HistogramSpec& spec, HistogramPlan& histogram) {
  std::vector<double> keys = spec.keys;
  std::sort(keys.begin(), keys.end());
  if (!IsBucketNumber(keys.front())) {
    return Fail(scope, spec.keys_at,
                fmt::format("bucket_keys: the least key, {}, must be whole and not negative, as "
                            "bucket numbers are",
                            keys.front()));
  }
  for (const double key : keys) {
    histogram.numbers.push_back(IsBucketNumber(key) ? static_cast<std::uint64_t>(key)
                                                    : histogram.numbers.back());
    histogram.bounds.push_back(key * histogram.multiplier);
  }
  // ebpf_exporter adds one to the last key as it was written.
  if (!IsBucketNumber(spec.keys.back())) return true;
  histogram.sum_number = static_cast<std::uint64_t>(spec.keys.back()) + 1;
  const bool taken =
      std::binary_search(histogram.numbers.begin(), histogram.numbers.end(), histogram.sum_number);
  if (!taken || histogram.array) return true;
  return Fail(scope, spec.keys_at,
              fmt::format("bucket_keys: the number after the last key holds the sum, but {} is a "
                          "key itself; sort the keys",
                          histogram.sum_number));
}

bool CountedBuckets(const Scope& scope, const config::HistogramSpec& spec,
                    HistogramPlan& histogram) {
  const std::int64_t min = spec.min.value_or(0);
  const std::int64_t last = histogram.array ? std::int64_t{histogram.array_size} - 1 : 0;
  const std::int64_t max = spec.max.value_or(last);
  if (max <= min || max - min >= config::kMaxBuckets) {
    return Fail(scope, spec.type_at,
                fmt::format("{} to {} are not 2 to {} buckets; say with 'bucket_min' and "
                            "'bucket_max' which there are",
                            min, max, config::kMaxBuckets));
  }
  for (std::int64_t number = min; number <= max; ++number) {
    histogram.numbers.push_back(static_cast<std::uint64_t>(number));
    histogram.bounds.push_back(Bound(spec.type, number) * histogram.multiplier);
  }
  if (!std::isfinite(histogram.bounds.back())) {
    return Fail(
        scope, spec.type_at,
        fmt::format("the bound of bucket {} times {} is not finite", max, histogram.multiplier));
  }
  histogram.sum_number = static_cast<std::uint64_t>(max) + 1;
  return true;
}

// Bounds that double from one to the next are those of schema 0 if they are powers of two.
std::optional<NativeBuckets> NativeOf(const HistogramPlan& histogram) {
  const bool doubles = histogram.type == config::BucketType::kExp2 ||
                       histogram.type == config::BucketType::kExp2Zero;
  int exponent = 0;
  if (!doubles || std::frexp(histogram.bounds[1], &exponent) != 0.5) return std::nullopt;
  return NativeBuckets{0, exponent - 1};
}

bool FitsArray(const Scope& scope, const config::HistogramSpec& spec,
               const HistogramPlan& histogram) {
  if (!histogram.array || histogram.numbers.back() < histogram.array_size) return true;
  return Fail(
      scope, spec.buckets_field->at,
      fmt::format("buckets: '{}' has the elements 0 to {}, but not {}", spec.buckets_field->value,
                  histogram.array_size - 1, histogram.numbers.back()));
}

}  // namespace

bool ResolveBuckets(const Scope& scope, const config::HistogramSpec& spec,
                    HistogramPlan& histogram) {
  histogram.type = spec.type;
  histogram.multiplier = spec.multiplier == 0 ? 1 : spec.multiplier;
  histogram.sum_number = std::numeric_limits<std::uint64_t>::max();
  const bool made = spec.type == config::BucketType::kFixed
                        ? FixedBuckets(scope, spec, histogram)
                        : CountedBuckets(scope, spec, histogram);
  if (made) histogram.native = NativeOf(histogram);
  return made && FitsArray(scope, spec, histogram);
}

}  // namespace bpf_exporter::plan
