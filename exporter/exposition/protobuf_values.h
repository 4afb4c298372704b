// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "exposition/padded_text.h"
#include "exposition/protobuf_native.h"
#include "metrics/family_snapshot.h"

// What a Metric of protobuf holds beside its labels, for the series of one family. The size of a
// message comes before it, so each class makes its bytes before it writes them: Prepare() returns
// their number, Write() puts them to memory of which it may touch Room() bytes, and returns their
// end.
namespace bpf_exporter::exposition {

// The fields `counter` and `gauge`: all series take the same number of bytes.
class ProtobufNumber {
 public:
  explicit ProtobufNumber(const metrics::FamilySnapshot& family);

  std::size_t Prepare(const metrics::SampleValues& values) {
    value_ = values.value().AsDouble();
    return field_.size();
  }
  std::size_t Room() const { return field_.size() + kBlock; }
  char* Write(char* out) const;

 private:
  PaddedText field_;  // with 0 in place of the value
  double value_ = 0;
};

// The field `histogram`, with classic buckets, of which that of +Inf, which is optional, is left
// out, and beside them native ones where the plan has them.
class ProtobufHistogram {
 public:
  explicit ProtobufHistogram(const metrics::FamilySnapshot& family);

  std::size_t Prepare(const metrics::SampleValues& values);
  std::size_t Room() const;
  char* Write(char* out) const;

 private:
  double multiplier_;
  ProtobufNative native_;
  std::vector<PaddedText> bounds_;  // the fields `upper_bound`
  std::string created_;             // the field `created_timestamp`, or nothing
  std::string message_;             // with room for the largest that there can be
  std::size_t size_ = 0;            // of the message
};

}  // namespace bpf_exporter::exposition
