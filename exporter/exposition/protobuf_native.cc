// SPDX-License-Identifier: Apache-2.0
#include "exposition/protobuf_native.h"

#include <cstring>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>

#include "exposition/metric_family.h"
#include "exposition/varint.h"

namespace bpf_exporter::exposition {
namespace {

constexpr std::size_t kMaxSpan = 2 + 1 + 5 + 1 + 5;  // two tags before two numbers of 32 bits
constexpr std::uint32_t kGap = 2;  // so many empty buckets cost less than another span

char* WriteSpan(std::int32_t offset, std::uint32_t length, char* out) {
  char* const size = out + 1;
  out[0] = Tag(HistogramField::kPositiveSpan, kBytes);
  out[2] = Tag(SpanField::kOffset, kVarint);
  out = WriteVarint(protozero::encode_zigzag32(offset), out + 3);
  *out++ = Tag(SpanField::kLength, kVarint);
  out = WriteVarint(length, out);
  *size = static_cast<char>(out - (size + 1));
  return out;
}

}  // namespace

ProtobufNative::ProtobufNative(const plan::HistogramPlan& histogram) {
  if (!histogram.native) return;
  first_index_ = histogram.native->first_index;
  const double threshold = histogram.bounds.front();
  protozero::pbf_builder<HistogramField> head(head_);
  head.add_sint32(HistogramField::kSchema, histogram.native->schema);
  head.add_double(HistogramField::kZeroThreshold, threshold);
  needs_span_ = threshold == 0;
  const std::size_t buckets = histogram.numbers.size() - 1;
  const std::size_t spans = buckets / (kGap + 2) + 1;
  deltas_.resize(buckets * kMaxVarint);
  room_ = head_.size() + 2 * (1 + kMaxVarint) + spans * kMaxSpan + deltas_.size();
}

char* ProtobufNative::Write(std::span<const std::uint64_t> buckets, char* out) {
  if (head_.empty()) return out;
  std::memcpy(out, head_.data(), head_.size());
  out += head_.size();
  *out++ = Tag(HistogramField::kZeroCount, kVarint);
  out = WriteVarint(buckets.front(), out);

  buckets = buckets.subspan(1);
  char* deltas = deltas_.data();
  std::uint64_t before = 0;
  std::int32_t offset = first_index_;  // from the end of the last span to the next
  std::uint32_t length = 0;            // of the span at hand
  std::uint32_t empty = 0;             // buckets since the last one that is not
  const auto add = [&](std::uint64_t count) {
    const auto delta = static_cast<std::int64_t>(count - before);
    deltas = WriteVarint(protozero::encode_zigzag64(delta), deltas);
    before = count;
    ++length;
  };
  for (const std::uint64_t count : buckets) {
    if (count == 0) {
      ++empty;
      continue;
    }
    if (length > 0 && empty <= kGap) {
      for (; empty > 0; --empty) add(0);
    } else {
      if (length > 0) {
        out = WriteSpan(offset, length, out);
        offset = 0;
      }
      offset += static_cast<std::int32_t>(empty);
      length = 0;
      empty = 0;
    }
    add(count);
  }
  if (length > 0) {
    out = WriteSpan(offset, length, out);
    const auto size = static_cast<std::size_t>(deltas - deltas_.data());
    *out++ = Tag(HistogramField::kPositiveDelta, kBytes);
    out = WriteVarint(size, out);
    std::memcpy(out, deltas_.data(), size);
    return out + size;
  }
  return needs_span_ ? WriteSpan(0, 0, out) : out;
}

}  // namespace bpf_exporter::exposition
