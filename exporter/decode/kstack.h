// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of a kernel stack (addresses up to the first 0) to one symbol a line.
Result<DecodeFunction> MakeKstack(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
