// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes the unsigned integer of `in`, which is 1, 2, 4 or 8 bytes in host order, in decimal.
Decoded DecodeUint(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
