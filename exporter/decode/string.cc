// SPDX-License-Identifier: Apache-2.0
// Tests: text_test.cc
#include "decode/string.h"

namespace bpf_exporter::decode {

Decoded DecodeString(std::string_view in, std::string& out) {
  out = in.substr(0, in.find('\0'));
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
