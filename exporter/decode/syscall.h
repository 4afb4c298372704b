// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of system call numbers of the architecture that this was built for.
Result<DecodeFunction> MakeSyscall(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
