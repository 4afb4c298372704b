// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes the unsigned integer of `in`, which is in network order, in decimal.
Decoded DecodeNetworkOrder(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
