// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of cgroup ids to paths; one that the host does not know may be known later.
Result<DecodeFunction> MakeCgroup(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
