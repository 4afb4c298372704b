// SPDX-License-Identifier: Apache-2.0
// Tests: integer_test.cc
#include "decode/bool.h"

#include "base/bytes.h"

namespace bpf_exporter::decode {

Decoded DecodeBool(std::string_view in, std::string& out) {
  out = LoadUnsigned(in.data(), in.size()) != 0 ? "true" : "false";
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
