// SPDX-License-Identifier: Apache-2.0
// Tests: integer_test.cc
#include "decode/uint.h"

#include <fmt/format.h>

#include "base/bytes.h"

namespace bpf_exporter::decode {

Decoded DecodeUint(std::string_view in, std::string& out) {
  const fmt::format_int text(LoadUnsigned(in.data(), in.size()));
  out.assign(text.data(), text.size());
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
