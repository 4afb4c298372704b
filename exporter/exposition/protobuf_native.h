// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "plan/plan.h"

namespace bpf_exporter::exposition {

// The fields of a Histogram of protobuf that make it a native one, for the series of one family.
// As Prometheus' client libraries do, it leaves out empty buckets where three or more are in a row.
class ProtobufNative {
 public:
  // Of a histogram without native buckets nothing is written.
  explicit ProtobufNative(const plan::HistogramPlan& histogram);

  // Returns how many bytes Write() may touch.
  std::size_t Room() const { return room_; }
  // Writes the fields for these counts, the zero bucket's first, and returns their end.
  char* Write(std::span<const std::uint64_t> buckets, char* out);

 private:
  std::int32_t first_index_ = 0;
  std::string head_;    // the fields that are the same for all series
  std::string deltas_;  // with room for all that there can be
  std::size_t room_ = 0;
  bool needs_span_ = false;  // to be known for a native histogram while it is empty
};

}  // namespace bpf_exporter::exposition
