// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

// Bucket numbers are unsigned; neighbours up to here stay distinct doubles times any multiplier.
constexpr std::int64_t kMaxNumber = std::int64_t{1} << 48;
constexpr std::int64_t kMaxExponent = 127;  // no kernel type has more bits

bool HasArrayValue(const Node& metric) {
  const Node* value = ValueOf(metric, "value");
  return value != nullptr && value->kind == Node::Kind::kMapping;
}

void CheckFixed(const Field& field, const std::string& subject, const HistogramSpec& histogram) {
  for (const std::string_view key : {"bucket_min", "bucket_max"}) {
    if (const auto at = PositionOfKey(field.node, key)) {
      field.diagnostics.Warning(*at,
                                fmt::format("{} is fixed, so '{}' has no effect", subject, key));
    }
  }
  const Node* keys = ValueOf(field.node, "bucket_keys");
  if (keys == nullptr) {
    field.diagnostics.Error(histogram.type_at, subject + " is fixed and needs 'bucket_keys'");
    return;
  }
  if (keys->kind == Node::Kind::kList && keys->items.empty()) {
    field.diagnostics.Error(keys->at, "bucket_keys: the list is empty");
  }
  if (histogram.keys.empty() || histogram.multiplier == 0) return;
  std::vector<double> bounds = histogram.keys;
  std::sort(bounds.begin(), bounds.end());
  for (double& bound : bounds) bound *= histogram.multiplier;
  const bool distinct = std::adjacent_find(bounds.begin(), bounds.end()) == bounds.end();
  if (!distinct || !std::isfinite(bounds.back())) {
    field.diagnostics.Error(keys->at,
                            fmt::format("bucket_keys: times {} the bounds are not finite or not "
                                        "distinct",
                                        histogram.multiplier));
  }
}

// Returns the upper bound of the greatest bucket, before the multiplier.
double GreatestBound(BucketType type, std::int64_t max) {
  if (type == BucketType::kLinear) return static_cast<double>(max);
  return std::ldexp(1.0, static_cast<int>(type == BucketType::kExp2Zero ? max - 1 : max));
}

void CheckRange(const Field& field, const std::string& subject, const HistogramSpec& histogram) {
  if (const auto at = PositionOfKey(field.node, "bucket_keys")) {
    field.diagnostics.Warning(*at, subject + " is not fixed, so 'bucket_keys' has no effect");
  }
  const auto max_at = PositionOfKey(field.node, "bucket_max");
  if (!max_at) {
    // The object knows how many elements an array has.
    const bool told = HasArrayValue(field.node) || IsMisspelt(field, "bucket_max");
    if (!told) field.Error(subject + " needs 'bucket_max'");
    return;
  }
  if (!histogram.max || (PositionOfKey(field.node, "bucket_min") && !histogram.min)) return;
  const std::int64_t min = histogram.min.value_or(0);
  const std::int64_t max = *histogram.max;
  const auto error = [&](std::string text) { field.diagnostics.Error(*max_at, std::move(text)); };
  if (max <= min) {
    error(fmt::format("bucket_max {} must be greater than bucket_min {}", max, min));
  } else if (max - min >= kMaxBuckets) {
    error(fmt::format("{} to {} are {} buckets; at most {} are possible", min, max, max - min + 1,
                      kMaxBuckets));
  } else if (histogram.type != BucketType::kLinear && max > kMaxExponent) {
    error(fmt::format("bucket_max {} is an exponent of two; at most {} is possible", max,
                      kMaxExponent));
  } else if (!std::isfinite(GreatestBound(histogram.type, max) * histogram.multiplier)) {
    error(fmt::format("the bound of bucket {} times {} is not finite", max, histogram.multiplier));
  }
}

// The type of the program's value says all of it.
void CheckNative(const Field& field, const std::string& subject, const HistogramSpec& histogram) {
  for (const std::string_view key :
       {"bucket_min", "bucket_max", "bucket_multiplier", "bucket_keys"}) {
    if (const auto at = PositionOfKey(field.node, key)) {
      field.diagnostics.Error(
          *at, fmt::format("{} is native: its buckets and unit are those of the value's type, so "
                           "'{}' has no place here",
                           subject, key));
    }
  }
  if (!histogram.buckets_field) return;
  field.diagnostics.Error(
      ValueOf(field.node, "value")->at,
      subject + " is native, so 'value' names the field that is the histogram, not its parts");
}

std::optional<BucketType> BucketTypeOf(const std::string& name) {
  const std::vector<std::string> names = BucketTypeNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<BucketType>(found - names.begin());
}

}  // namespace

std::vector<std::string> BucketTypeNames() {
  return {"exp2", "exp2zero", "linear", "fixed", "native"};
}

void ReadBucketType(const Field& field, HistogramSpec& histogram) {
  histogram.type_at = field.node.at;
  if (const auto index = ReadWord(field, BucketTypeNames())) {
    histogram.type = static_cast<BucketType>(*index);
  }
}

std::optional<std::int64_t> ReadBucketNumber(const Field& field) {
  return ReadInteger(field, 0, kMaxNumber);
}

double ReadMultiplier(const Field& field) {
  const std::optional<double> multiplier = ReadDouble(field);
  if (multiplier && *multiplier < 0) {
    field.Error(fmt::format("{}: {} is negative", field.name, Quoted(field.node.text)));
  }
  return multiplier.value_or(0);
}

void ReadBucketKeys(const Field& field, HistogramSpec& histogram) {
  histogram.keys_at = field.node.at;
  if (!ExpectList(field)) return;
  std::map<double, Position> seen;
  for (const NodePtr& item : field.node.items) {
    const Field entry = field.Item(*item);
    const std::optional<double> key = ReadDouble(entry);
    if (!key) continue;
    const auto [first, inserted] = seen.emplace(*key, item->at);
    if (!inserted) {
      entry.Error(fmt::format("{}: {} is there twice", field.name, Quoted(item->text)));
      continue;
    }
    if (*key < 0 || *key != std::trunc(*key)) {
      field.diagnostics.Warning(item->at,
                                fmt::format("{}: bucket {} stays empty; bucket numbers are whole "
                                            "and not negative",
                                            field.name, Quoted(item->text)));
    }
    histogram.keys.push_back(*key);
  }
  if (histogram.keys.size() > kMaxBuckets) {
    field.Error(fmt::format("{}: {} buckets; at most {} are possible", field.name,
                            histogram.keys.size(), kMaxBuckets));
  }
}

void CheckHistogram(const Field& field, const std::string& subject, const MetricSpec& metric) {
  const HistogramSpec& histogram = metric.histogram;
  const Node* type = ValueOf(field.node, "bucket_type");
  if (type != nullptr ? !BucketTypeOf(type->text) : IsMisspelt(field, "bucket_type")) {
    return;  // already reported; what the others should be is unknown
  }
  const Node* labels = ValueOf(field.node, "labels");
  const bool no_labels =
      labels == nullptr || (labels->kind == Node::Kind::kList && labels->items.empty());
  if (no_labels && !histogram.InValue() && !HasArrayValue(field.node) &&
      !IsMisspelt(field, "labels") && !IsMisspelt(field, "value")) {
    field.Error(subject +
                " needs 'labels', the last of which is the bucket, or 'value: {buckets: FIELD}'");
  }
  if (type == nullptr) {
    field.Error(subject + " needs 'bucket_type'");
  } else if (histogram.type == BucketType::kFixed) {
    CheckFixed(field, subject, histogram);
  } else if (histogram.type == BucketType::kNative) {
    CheckNative(field, subject, histogram);
  } else {
    CheckRange(field, subject, histogram);
  }
}

}  // namespace bpf_exporter::config
