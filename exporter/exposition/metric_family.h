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
  kUnit = 5,
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
  kCreated = 15,
};

enum class BucketField : protozero::pbf_tag_type { kCumulativeCount = 1, kUpperBound = 2 };

// google.protobuf.Timestamp
enum class TimestampField : protozero::pbf_tag_type { kSeconds = 1, kNanos = 2 };

}  // namespace bpf_exporter::exposition
