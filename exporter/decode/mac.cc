// SPDX-License-Identifier: Apache-2.0
// Tests: text_test.cc
#include "decode/mac.h"

#include "decode/hex.h"

namespace bpf_exporter::decode {

Decoded DecodeMac(std::string_view in, std::string& out) {
  out.clear();
  for (const char byte : in) {
    if (!out.empty()) out += ':';
    AppendHex(static_cast<unsigned char>(byte), out);
  }
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
