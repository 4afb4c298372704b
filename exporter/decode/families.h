// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "decode/decoder.h"
#include "host/host.h"

// The functions behind the table of decoders. All of them replace `out`; none throws. The table
// has checked the length of `in` against the entry's sizes before it calls one.
namespace bpf_exporter::decode {

using DecodeFunction = std::function<Decoded(std::string_view in, std::string& out)>;

struct DecoderRequest {
  const config::DecoderSpec& spec;
  const DecoderInput& input;
  host::Host& host;
};

using MakeFunction = Result<DecodeFunction> (*)(const DecoderRequest& request);

// A decimal number from -2^63 to 2^64-1; two's complement where it is negative.
struct Number {
  std::uint64_t bits = 0;
  bool negative = false;
};
using NumberFunction = std::function<Decoded(Number number, std::string& out)>;

std::optional<Number> ParseNumber(std::string_view text);
std::string NumberText(Number number);

// Wraps a function of a number: decimal text from the decoder before it, or, as the first of its
// label, an unsigned integer of 1, 2, 4 or 8 bytes in host order.
DecodeFunction FromNumber(const DecoderRequest& request, NumberFunction decode);

Decoded DecodeUint(std::string_view in, std::string& out);
Decoded DecodeInt(std::string_view in, std::string& out);
Decoded DecodeBool(std::string_view in, std::string& out);
Decoded DecodeNetworkOrder(std::string_view in, std::string& out);

Decoded DecodeString(std::string_view in, std::string& out);
Decoded DecodeHex(std::string_view in, std::string& out);
Decoded DecodeMac(std::string_view in, std::string& out);
Decoded DecodeDname(std::string_view in, std::string& out);
Decoded DecodeInetIp(std::string_view in, std::string& out);

Decoded DecodeErrno(Number number, std::string& out);
Decoded DecodeIpProtocol(Number number, std::string& out);
Decoded DecodeDuration(Number nanoseconds, std::string& out);

Result<DecodeFunction> MakeStaticMap(const DecoderRequest& request);
Result<DecodeFunction> MakeRegexp(const DecoderRequest& request);
Result<DecodeFunction> MakeSyscall(const DecoderRequest& request);

// These ask the host; what they do not know now they may know later.
Result<DecodeFunction> MakeCgroup(const DecoderRequest& request);
Result<DecodeFunction> MakeIfname(const DecoderRequest& request);
Result<DecodeFunction> MakeKstack(const DecoderRequest& request);
Result<DecodeFunction> MakeKsym(const DecoderRequest& request);
Result<DecodeFunction> MakeMajorMinor(const DecoderRequest& request);
Result<DecodeFunction> MakePciClass(const DecoderRequest& request);
Result<DecodeFunction> MakePciDevice(const DecoderRequest& request);
Result<DecodeFunction> MakePciSubclass(const DecoderRequest& request);
Result<DecodeFunction> MakePciVendor(const DecoderRequest& request);

}  // namespace bpf_exporter::decode
