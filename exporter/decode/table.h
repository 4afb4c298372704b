// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "decode/decoder.h"
#include "decode/table.h"
#include "host/host.h"

namespace bpf_exporter::decode {

// Makes the decoder that `spec` names. An error says what does not fit, without a place:
// "decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3", "decoder 'regexp': missing ): ^(foo".
Result<std::shared_ptr<const Decoder>> MakeDecoder(const config::DecoderSpec& spec,
                                                   const DecoderInput& input, host::Host& host);

// Returns the names of all decoders, sorted; for "did you mean", the documentation and its test.
std::vector<std::string> DecoderNames();

}  // namespace bpf_exporter::decode
