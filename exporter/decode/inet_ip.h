// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes 4 bytes as an IPv4 address and 16 as an IPv6 address (RFC 5952); other lengths as
// ebpf_exporter does.
Decoded DecodeInetIp(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
