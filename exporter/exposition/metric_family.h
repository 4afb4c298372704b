// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <protozero/types.hpp>

// The fields of io.prometheus.client.MetricFamily and of the messages in it, with their numbers in
// metrics.proto of prometheus/client_model.
namespace bpf_exporter::exposition {

enum class FamilyField : protozero::pbf_tag_type {
  kName = 1,
  kHelp = 2,
  kType = 3,
  kMetric = 4,
};

enum class TypeOfFamily { kCounter = 0, kGauge = 1, kHistogram = 4 };

enum class MetricField : protozero::pbf_tag_type {
  kLabel = 1,
  kGauge = 2,
  kCounter = 3,
  kHistogram = 7,
};

enum class LabelField : protozero::pbf_tag_type { kName = 1, kValue = 2 };

enum class GaugeField : protozero::pbf_tag_type { kValue = 1 };

enum class CounterField : protozero::pbf_tag_type { kValue = 1, kCreated = 3 };

enum class HistogramField : protozero::pbf_tag_type {
  kSampleCount = 1,
  kSampleSum = 2,
  kBucket = 3,
  kSchema = 5,
  kZeroThreshold = 6,
  kZeroCount = 7,
  kPositiveSpan = 12,
  kPositiveDelta = 13,
  kCreated = 15,
};

enum class SpanField : protozero::pbf_tag_type { kOffset = 1, kLength = 2 };

enum class BucketField : protozero::pbf_tag_type { kCumulativeCount = 1, kUpperBound = 2 };

// google.protobuf.Timestamp
enum class TimestampField : protozero::pbf_tag_type { kSeconds = 1, kNanos = 2 };

// Returns the tag of a field whose number is below 16.
template <typename Field>
constexpr char Tag(Field field, protozero::pbf_wire_type type) {
  return static_cast<char>(static_cast<unsigned>(field) << 3 | static_cast<unsigned>(type));
}
// What comes after a tag: bytes after their number, 8 bytes, or a varint.
inline constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;
inline constexpr auto kDouble = protozero::pbf_wire_type::fixed64;
inline constexpr auto kVarint = protozero::pbf_wire_type::varint;

}  // namespace bpf_exporter::exposition
