// SPDX-License-Identifier: Apache-2.0
// Tests: integer_test.cc
#include "decode/int.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/bytes.h"

namespace bpf_exporter::decode {

Decoded DecodeInt(std::string_view in, std::string& out) {
  const fmt::format_int text(static_cast<std::int64_t>(LoadSigned(in.data(), in.size())));
  out.assign(text.data(), text.size());
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
