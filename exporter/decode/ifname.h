// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of interface indexes to names; one that the host does not know may be known
// later.
Result<DecodeFunction> MakeIfname(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
