// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder that looks its text up in the configuration's `static_map`.
Result<DecodeFunction> MakeStaticMap(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
