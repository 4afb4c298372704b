// SPDX-License-Identifier: Apache-2.0
// Tests: protobuf_page_test.cc
#include "exposition/protobuf_values.h"

#include <chrono>
#include <cstring>
#include <limits>
#include <numeric>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <span>

#include "exposition/metric_family.h"
#include "exposition/varint.h"
#include "metrics/merge.h"

namespace bpf_exporter::exposition {
namespace {

constexpr std::size_t kTag = 1;
constexpr std::size_t kDoubleField = kTag + sizeof(double);
// A bucket's own tag and size, and the count in it.
constexpr std::size_t kMaxBucket = 2 * kTag + 1 + kMaxVarint + kDoubleField;

char* WriteDoubleValue(double number, char* out) {
  std::memcpy(out, &number, sizeof(number));  // little-endian, as text_page's numbers are
  return out + sizeof(number);
}

// Returns the field of that number with the time as a google.protobuf.Timestamp, empty for the
// epoch.
template <typename Field>
std::string TimeField(Field field, std::chrono::system_clock::time_point time) {
  std::string bytes;
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  if (since_epoch.count() == 0) return bytes;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  protozero::pbf_builder<Field> outer(bytes);
  protozero::pbf_builder<TimestampField> timestamp(outer, field);
  timestamp.add_int64(TimestampField::kSeconds, seconds.count());
  timestamp.add_int32(TimestampField::kNanos,
                      static_cast<std::int32_t>((since_epoch - seconds).count()));
  timestamp.commit();
  return bytes;
}

}  // namespace

ProtobufNumber::ProtobufNumber(const metrics::FamilySnapshot& family) {
  std::string field;
  protozero::pbf_builder<MetricField> metric(field);
  std::string message;
  if (family.kind() == config::MetricKind::kCounter) {
    protozero::pbf_builder<CounterField>(message).add_double(CounterField::kValue, 0);
    message += TimeField(CounterField::kCreated, family.counted_since);
    metric.add_message(MetricField::kCounter, message);
  } else {
    protozero::pbf_builder<GaugeField>(message).add_double(GaugeField::kValue, 0);
    metric.add_message(MetricField::kGauge, message);
  }
  field_.Set({field});
}

char* ProtobufNumber::Write(char* out) const {
  constexpr std::size_t kValueAt = kTag + 1 + kTag;  // after the message's tag and size
  char* const end = field_.CopyTo(out);
  WriteDoubleValue(value_, out + kValueAt);
  return end;
}

ProtobufHistogram::ProtobufHistogram(const metrics::FamilySnapshot& family)
    : multiplier_(family.histogram().multiplier),
      native_(family.histogram()),
      created_(TimeField(HistogramField::kCreated, family.counted_since)) {
  for (const double bound : family.histogram().bounds) {
    std::string field;
    protozero::pbf_builder<BucketField>(field).add_double(BucketField::kUpperBound, bound);
    bounds_.emplace_back().Set({field});
  }
  message_.resize(kTag + kMaxVarint + kDoubleField + bounds_.size() * kMaxBucket + created_.size() +
                  native_.Room() + kBlock);
}

std::size_t ProtobufHistogram::Prepare(const metrics::SampleValues& values) {
  const std::span<const std::uint64_t> buckets = values.buckets();
  char* out = message_.data();
  *out++ = Tag(HistogramField::kSampleCount, kVarint);
  const std::uint64_t all =
      std::accumulate(buckets.begin(), buckets.end(), values.above(), metrics::SaturatingAdd);
  out = WriteVarint(all, out);
  *out++ = Tag(HistogramField::kSampleSum, kDouble);
  out = WriteDoubleValue(values.sum().AsDouble() * multiplier_, out);
  std::uint64_t count = 0;
  for (std::size_t bound = 0; bound < buckets.size(); ++bound) {
    count = metrics::SaturatingAdd(count, buckets[bound]);
    out[0] = Tag(HistogramField::kBucket, kBytes);
    out[2] = Tag(BucketField::kCumulativeCount, kVarint);
    char* const end = bounds_[bound].CopyTo(WriteVarint(count, out + 3));
    out[1] = static_cast<char>(end - (out + 2));
    out = end;
  }
  // Native buckets tell differences in 64 bits, signed, and must add up to the count.
  const bool fits = all <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  out = CopyText(created_, fits ? native_.Write(values.native_buckets(), out) : out);
  size_ = static_cast<std::size_t>(out - message_.data());
  return kTag + static_cast<std::size_t>(protozero::length_of_varint(size_)) + size_;
}

std::size_t ProtobufHistogram::Room() const { return kTag + kMaxVarint + message_.size(); }

char* ProtobufHistogram::Write(char* out) const {
  *out++ = Tag(MetricField::kHistogram, kBytes);
  out = WriteVarint(size_, out);
  std::memcpy(out, message_.data(), size_);
  return out + size_;
}

}  // namespace bpf_exporter::exposition
