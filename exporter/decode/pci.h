// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/request.h"

namespace bpf_exporter::decode {

// Make decoders of PCI ids to names of the host's pci.ids; without that file the answer may get
// better later.
Result<DecodeFunction> MakePciVendor(const DecoderRequest& request);
Result<DecodeFunction> MakePciDevice(const DecoderRequest& request);
Result<DecodeFunction> MakePciClass(const DecoderRequest& request);
Result<DecodeFunction> MakePciSubclass(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
