// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Writes a domain name as it travels (RFC 1035 3.1: each label is a length byte and its bytes) with
// dots; a name that does not hold together stays as it is.
Decoded DecodeDname(std::string_view in, std::string& out);

}  // namespace bpf_exporter::decode
