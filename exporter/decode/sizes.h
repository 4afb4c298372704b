// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bpf_exporter::decode {

// How many bytes a decoder takes.
enum class Sizes {
  kAny,
  kInteger,     // 1, 2, 4 or 8
  kNumber,      // kInteger as the first of its label, after that decimal text of any length
  kWide,        // 2, 4 or 8
  kMac,         // 6
  kAtLeast4,    // the first 4 are used
  kAtLeast8,    // the first 8 are used
  kMultipleOf8  // at least 8
};

// Returns true if a decoder of `sizes` takes `size` bytes.
bool Fits(Sizes sizes, std::size_t size);
// Returns the message "decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3".
std::string DoesNotFit(std::string_view decoder, Sizes sizes, std::size_t size);

}  // namespace bpf_exporter::decode
