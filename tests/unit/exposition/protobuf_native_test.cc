// SPDX-License-Identifier: Apache-2.0
#include "exposition/protobuf_native.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <random>

namespace bpf_exporter::exposition {
namespace {

using Counts = std::vector<std::uint64_t>;
using Spans = std::vector<std::pair<std::int32_t, std::uint32_t>>;

// What the fields say, by protozero's reader.
struct Read {
  std::int32_t schema = -100;
  double threshold = -1;
  std::uint64_t zero = 0;
  Spans spans;
  std::vector<std::int64_t> deltas;

  // The buckets by their index, empty ones left out, as the format's documents put them together.
  std::map<std::int32_t, std::uint64_t> Buckets() const {
    std::map<std::int32_t, std::uint64_t> buckets;
    std::size_t at = 0;
    std::uint64_t count = 0;
    std::int32_t index = 0;
    for (const auto& [offset, length] : spans) {
      index += offset;
      for (std::uint32_t i = 0; i < length; ++i, ++index) {
        count += static_cast<std::uint64_t>(deltas.at(at++));
        if (count > 0) buckets[index] = count;
      }
    }
    EXPECT_EQ(at, deltas.size());
    return buckets;
  }
};

Read Written(const plan::HistogramPlan& histogram, const Counts& counts) {
  ProtobufNative native(histogram);
  constexpr char kUntouched = 0x5a;
  std::string bytes(native.Room() + 16, kUntouched);
  char* const end = native.Write(counts, bytes.data());
  const auto size = static_cast<std::size_t>(end - bytes.data());
  EXPECT_LE(size, native.Room());
  EXPECT_EQ(bytes.substr(native.Room()), std::string(16, kUntouched));
  Read read;
  protozero::pbf_reader fields(bytes.data(), size);
  while (fields.next()) {
    switch (fields.tag()) {
      case 5:
        read.schema = fields.get_sint32();
        break;
      case 6:
        read.threshold = fields.get_double();
        break;
      case 7:
        read.zero = fields.get_uint64();
        break;
      case 12: {
        protozero::pbf_reader span = fields.get_message();
        std::pair<std::int32_t, std::uint32_t> one;
        while (span.next()) {
          if (span.tag() == 1) {
            one.first = span.get_sint32();
          } else {
            one.second = span.get_uint32();
          }
        }
        read.spans.push_back(one);
        break;
      }
      case 13:
        for (const std::int64_t delta : fields.get_packed_sint64()) read.deltas.push_back(delta);
        break;
      default:
        ADD_FAILURE() << "field " << fields.tag();
        return read;
    }
  }
  return read;
}

// Buckets of that schema after a zero bucket.
plan::HistogramPlan Plan(std::int32_t schema, std::int32_t first_index, std::size_t buckets,
                         double threshold) {
  plan::HistogramPlan histogram;
  histogram.native = plan::NativeBuckets{schema, first_index};
  histogram.numbers.resize(buckets + 1);
  histogram.bounds = {threshold};
  return histogram;
}

TEST(ProtobufNative, IsNothingWithoutNativeBuckets) {
  plan::HistogramPlan histogram;
  histogram.numbers = {0, 1};
  histogram.bounds = {1, 2};
  ProtobufNative native(histogram);
  char out = 'x';
  EXPECT_EQ(native.Write(Counts{1, 2}, &out), &out);
  EXPECT_EQ(out, 'x');
}

TEST(ProtobufNative, JoinsBucketsOverGapsOfOneAndTwo) {
  const Read read = Written(Plan(3, -159, 12, 0x1p-20), {7, 0, 0, 5, 0, 0, 9, 0, 0, 0, 1, 0, 0});
  EXPECT_EQ(read.schema, 3);
  EXPECT_EQ(read.threshold, 0x1p-20);
  EXPECT_EQ(read.zero, 7u);
  EXPECT_EQ(read.spans, (Spans{{-157, 4}, {3, 1}}));
  EXPECT_EQ(read.deltas, (std::vector<std::int64_t>{5, -5, 0, 9, -8}));
}

// A server takes a histogram for a native one if it has a zero bucket of some width, something in
// the zero bucket, or a span.
TEST(ProtobufNative, IsKnownForOneWhileItIsEmpty) {
  EXPECT_EQ(Written(Plan(0, 1, 3, 0), {0, 0, 0, 0}).spans, (Spans{{0, 0}}));
  EXPECT_EQ(Written(Plan(0, 1, 3, 0.5), {0, 0, 0, 0}).spans, Spans());
  EXPECT_EQ(Written(Plan(0, 1, 3, 0), {0, 0, 2, 0}).spans, (Spans{{2, 1}}));
}

TEST(ProtobufNative, HasRoomForAnything) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t buckets = 1 + random() % 70;
    const auto first = static_cast<std::int32_t>(random() % 4000) - 2000;
    const unsigned one_in = 1 + random() % 6;
    Counts counts(buckets + 1);
    std::map<std::int32_t, std::uint64_t> expected;
    for (std::size_t i = 0; i <= buckets; ++i) {
      if (random() % one_in == 0) counts[i] = random() >> random() % 64;
      if (i > 0 && counts[i] > 0) expected[first + static_cast<std::int32_t>(i) - 1] = counts[i];
    }
    const Read read = Written(Plan(2, first, buckets, 0), counts);
    ASSERT_EQ(read.Buckets(), expected) << "round " << round;
    ASSERT_EQ(read.zero, counts[0]);
  }
  const Read all =
      Written(Plan(3, 0, 497, 1), Counts(498, std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(all.Buckets().size(), 497u);
}

}  // namespace
}  // namespace bpf_exporter::exposition
