// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of device numbers to block devices' names; one that the host does not know may be
// known later.
Result<DecodeFunction> MakeMajorMinor(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
