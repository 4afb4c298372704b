// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of an address to the kernel symbol that starts there.
Result<DecodeFunction> MakeKsym(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
