// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes "false" for the integer 0 and "true" for every other one.
Decoded DecodeBool(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
