// SPDX-License-Identifier: Apache-2.0
// Tests: text_test.cc
#include "decode/dname.h"

namespace bpf_exporter::decode {

Decoded DecodeDname(std::string_view in, std::string& out) {
  if (in.empty()) {
    out = ".";
    return Decoded::kOk;
  }
  out = in;
  for (std::size_t at = 0; at < in.size();) {
    const std::size_t length = static_cast<unsigned char>(in[at]);
    if (length > in.size() - at - 1) {
      out = in;
      return Decoded::kOk;
    }
    out[at] = '.';
    at += 1 + length;
  }
  out.erase(0, 1);
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
