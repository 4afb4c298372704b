// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of a number to its name in the running kernel's enums of `spec.enums`, the first
// that has it; other numbers stay decimal.
Result<DecodeFunction> MakeKernelEnum(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
