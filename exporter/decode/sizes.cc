// SPDX-License-Identifier: Apache-2.0
// Tests: table_test.cc
#include "decode/sizes.h"

#include <fmt/core.h>

namespace bpf_exporter::decode {
namespace {

std::string_view Wanted(Sizes sizes) {
  switch (sizes) {
    case Sizes::kAny:
      return "any number of bytes";
    case Sizes::kInteger:
      return "1, 2, 4 or 8 bytes";
    case Sizes::kNumber:
      return "decimal text from the decoder before it, or an integer of 1, 2, 4 or 8 bytes";
    case Sizes::kWide:
      return "2, 4 or 8 bytes";
    case Sizes::kMac:
      return "6 bytes";
    case Sizes::kAtLeast4:
      return "4 bytes or more";
    case Sizes::kAtLeast8:
      return "8 bytes or more";
    case Sizes::kMultipleOf8:
      return "a multiple of 8 bytes";
  }
  return "";
}

}  // namespace

bool Fits(Sizes sizes, std::size_t size) {
  switch (sizes) {
    case Sizes::kAny:
      return true;
    case Sizes::kInteger:
    case Sizes::kNumber:
      return size == 1 || size == 2 || size == 4 || size == 8;
    case Sizes::kWide:
      return size == 2 || size == 4 || size == 8;
    case Sizes::kMac:
      return size == 6;
    case Sizes::kAtLeast4:
      return size >= 4;
    case Sizes::kAtLeast8:
      return size >= 8;
    case Sizes::kMultipleOf8:
      return size >= 8 && size % 8 == 0;
  }
  return false;
}

std::string DoesNotFit(std::string_view decoder, Sizes sizes, std::size_t size) {
  return fmt::format("decoder '{}' takes {}, not {}", decoder, Wanted(sizes), size);
}

}  // namespace bpf_exporter::decode
