// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "decode/decoder.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// Runs the decoders of labels over one key. Keeps its buffers, so that it costs no memory per key.
class LabelText {
 public:
  // Makes the text of the metric's labels, `a="1",b="x"`, in text(). `cpu` is for labels that
  // stand for the CPU. kProvisional if a part of it is. For kError text() says which label and why.
  decode::Decoded Build(const plan::MetricPlan& metric, const std::byte* key, std::uint32_t cpu);
  // Makes the number that the histogram's bucket label holds.
  decode::Decoded BuildBucket(const plan::LabelPlan& label, const std::byte* key,
                              std::uint64_t& number);

  const std::string& text() const { return text_; }

 private:
  decode::Decoded Decode(const plan::LabelPlan& label, const std::byte* key, std::uint32_t cpu);
  void Fail(const plan::LabelPlan& label, std::string_view why);

  std::string text_;
  std::string value_;    // what Decode() made
  std::string scratch_;  // what the next decoder makes
};

// A number as strconv.ParseUint(text, 0, 64) of Go reads it: decimal, 0x…, 0o… or 0…, 0b…, with
// underscores after the prefix or between digits. False if the text is anything else.
bool ParseNumber(std::string_view text, std::uint64_t& number);

}  // namespace bpf_exporter::metrics
