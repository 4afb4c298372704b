// SPDX-License-Identifier: Apache-2.0
// Tests: text_test.cc
#include "decode/hex.h"

namespace bpf_exporter::decode {

void AppendHex(unsigned char byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

Decoded DecodeHex(std::string_view in, std::string& out) {
  out.clear();
  out.reserve(2 * in.size());
  for (const char byte : in) AppendHex(static_cast<unsigned char>(byte), out);
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
