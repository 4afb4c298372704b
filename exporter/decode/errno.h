// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "decode/number.h"

namespace bpf_exporter::decode {

// Writes the name of an error number, "EPERM"; "unknown:N" for others.
Decoded DecodeErrno(Number number, std::string& out);

}  // namespace bpf_exporter::decode
