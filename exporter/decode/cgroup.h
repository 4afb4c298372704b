// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Makes a decoder of cgroup ids to paths; one that the host does not know may be known later.
Result<DecodeFunction> MakeCgroup(const DecoderRequest& request);

// Makes a decoder of cgroup ids to what the path says of the cgroup's owner (cgroup_path.h): no
// text where it says nothing, "unknown", which may get better, where the host does not know the id.
Result<DecodeFunction> MakeUnit(const DecoderRequest& request);
Result<DecodeFunction> MakeContainerId(const DecoderRequest& request);
Result<DecodeFunction> MakePodUid(const DecoderRequest& request);
Result<DecodeFunction> MakeQos(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
