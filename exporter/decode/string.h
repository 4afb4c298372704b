// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes the text of `in` up to its first NUL, or all of it.
Decoded DecodeString(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
