// SPDX-License-Identifier: Apache-2.0
// Tests: collector_test.cc
#include "metrics/label_text.h"

#include <fmt/core.h>

#include <limits>

#include "metrics/label_set.h"

namespace bpf_exporter::metrics {
namespace {

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

}  // namespace

bool ParseNumber(std::string_view text, std::uint64_t& number) {
  std::uint64_t base = 10;
  bool prefixed = false;  // an underscore may follow the prefix, and the 0 of an octal number
  if (text.size() > 1 && text[0] == '0') {
    const char kind = static_cast<char>(text[1] | 0x20);
    prefixed = true;
    base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
    text.remove_prefix(kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1);
  }
  if (text.empty()) return false;
  std::uint64_t result = 0;
  bool after_digit = prefixed;
  for (const char c : text) {
    if (c == '_') {
      if (!after_digit) return false;
      after_digit = false;
      continue;
    }
    const auto digit = static_cast<std::uint64_t>(Digit(c));
    if (digit >= base) return false;
    if (result > (std::numeric_limits<std::uint64_t>::max() - digit) / base) return false;
    result = result * base + digit;
    after_digit = true;
  }
  // "1_" and, of cloudflare/ebpf_exporter's decimal numbers, "_": no underscore without a digit on
  // both sides.
  if (!after_digit) return false;
  number = result;
  return true;
}

decode::Decoded LabelText::Decode(const plan::LabelPlan& label, const std::byte* key,
                                  std::uint32_t cpu) {
  const auto number = static_cast<std::uint16_t>(cpu);
  if (label.is_cpu) {
    value_.assign(reinterpret_cast<const char*>(&number), sizeof(number));
  } else {
    value_.assign(reinterpret_cast<const char*>(key) + label.offset, label.size);
  }
  return decode::Decode(label.decoders, value_, scratch_);
}

void LabelText::Fail(const plan::LabelPlan& label, std::string_view why) {
  text_ = fmt::format("label '{}': {}", label.name, why);
}

decode::Decoded LabelText::Build(const plan::MetricPlan& metric, const std::byte* key,
                                 std::uint32_t cpu) {
  text_.clear();
  decode::Decoded worst = decode::Decoded::kOk;
  for (const plan::LabelPlan& label : metric.labels) {
    const decode::Decoded decoded = Decode(label, key, cpu);
    if (decoded == decode::Decoded::kError) Fail(label, value_);
    if (decoded == decode::Decoded::kSkip || decoded == decode::Decoded::kError) return decoded;
    if (decoded == decode::Decoded::kProvisional) worst = decoded;
    AppendLabel(label.name, value_, text_);
  }
  return worst;
}

decode::Decoded LabelText::BuildBucket(const plan::LabelPlan& label, const std::byte* key,
                                       std::uint64_t& number) {
  const decode::Decoded decoded = Decode(label, key, 0);
  if (decoded == decode::Decoded::kError) Fail(label, value_);
  if (decoded == decode::Decoded::kSkip || decoded == decode::Decoded::kError) return decoded;
  if (ParseNumber(value_, number)) return decoded;
  Fail(label, fmt::format("'{}' is not a bucket number", value_));
  return decode::Decoded::kError;
}

}  // namespace bpf_exporter::metrics
