// SPDX-License-Identifier: Apache-2.0
// Tests: integer_test.cc
#include "decode/netorder.h"

#include <fmt/format.h>

#include <cstdint>

namespace bpf_exporter::decode {

Decoded DecodeNetworkOrder(std::string_view in, std::string& out) {
  std::uint64_t value = 0;
  for (const char byte : in) value = value << 8 | static_cast<unsigned char>(byte);
  const fmt::format_int text(value);
  out.assign(text.data(), text.size());
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
