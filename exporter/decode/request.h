// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "decode/decoder.h"
#include "host/host.h"

namespace bpf_exporter::decode {

// A decoder as a function: replaces `out`, never throws. The table has checked the length of `in`
// against the entry's sizes before it calls one.
using DecodeFunction = std::function<Decoded(std::string_view in, std::string& out)>;

// What a decoder is made of. All of it outlives the making; the host outlives the decoder.
struct DecoderRequest {
  const config::DecoderSpec& spec;
  const DecoderInput& input;
  host::Host& host;
};

using MakeFunction = Result<DecodeFunction> (*)(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
