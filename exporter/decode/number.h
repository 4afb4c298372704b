// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "decode/request.h"

namespace bpf_exporter::decode {

// A decimal number from -2^63 to 2^64-1; two's complement where it is negative.
struct Number {
  std::uint64_t bits = 0;
  bool negative = false;
};
using NumberFunction = std::function<Decoded(Number number, std::string& out)>;

// Reads the whole of `text` as a decimal number; nothing if it is none or out of range.
std::optional<Number> ParseDecimal(std::string_view text);
// Returns the number in decimal.
std::string NumberText(Number number);

// Wraps a function of a number: decimal text from the decoder before it, or, as the first of its
// label, an unsigned integer of 1, 2, 4 or 8 bytes in host order.
DecodeFunction FromNumber(const DecoderRequest& request, NumberFunction decode);

}  // namespace bpf_exporter::decode
