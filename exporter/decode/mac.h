// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes the 6 bytes of an Ethernet address as "aa:bb:cc:dd:ee:ff".
Decoded DecodeMac(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
