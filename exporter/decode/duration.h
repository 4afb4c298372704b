// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "decode/number.h"

namespace bpf_exporter::decode {

// Writes nanoseconds as Go's time.Duration does: "1.5µs", "250ms", "1m30s".
Decoded DecodeDuration(Number nanoseconds, std::string& out);

}  // namespace bpf_exporter::decode
