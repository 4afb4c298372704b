// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder that keeps what the first matching one of the configuration's expressions finds,
// and skips rows that match none.
Result<DecodeFunction> MakeRegexp(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
