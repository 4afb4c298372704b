// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "decode/number.h"

namespace bpf_exporter::decode {

// Writes the keyword of an IP protocol, "tcp"; other numbers as they are.
Decoded DecodeIpProtocol(Number number, std::string& out);

}  // namespace bpf_exporter::decode
