// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes the bytes of `in` in memory order, two digits each.
Decoded DecodeHex(std::string_view in, std::string& out);

// Appends the two digits of a byte to `out`.
void AppendHex(unsigned char byte, std::string& out);

}  // namespace bpf_exporter::decode
