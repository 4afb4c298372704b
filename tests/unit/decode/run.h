// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/decoder.h"
#include "decode/table.h"
#include "host/host.h"

namespace bpf_exporter::decode {

// What a decoder said, as one value to compare and print.
struct Answer {
  Decoded result;
  std::string text;
  bool operator==(const Answer&) const = default;
};

inline Answer Ok(std::string text) { return {Decoded::kOk, std::move(text)}; }
inline Answer Provisional(std::string text) { return {Decoded::kProvisional, std::move(text)}; }
inline Answer Failed(std::string text) { return {Decoded::kError, std::move(text)}; }

inline std::ostream& operator<<(std::ostream& stream, const Answer& answer) {
  return stream << static_cast<int>(answer.result) << " '" << answer.text << "'";
}

// Bytes from a literal that may hold NULs.
template <std::size_t size>
std::string Bytes(const char (&literal)[size]) {
  return std::string(literal, size - 1);
}

// An integer's bytes in host order.
template <typename T>
std::string Raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

inline config::DecoderSpec Spec(std::string name) { return {.name = {std::move(name), {}}}; }

// Makes decoders with a host of their own and runs them.
class DecoderTest : public testing::Test {
 protected:
  explicit DecoderTest(host::HostPaths paths = {}, Clock now = std::chrono::steady_clock::now)
      : host_(std::move(paths), std::move(now)) {}

  // One decoder on text from another one before it.
  Answer Text(const config::DecoderSpec& spec, std::string_view in,
              bool strace_syscall_names = false) {
    return Run(spec, {0, strace_syscall_names}, in);
  }
  Answer Text(std::string name, std::string_view in) { return Text(Spec(std::move(name)), in); }

  // One decoder, the first of its label, on all the label's bytes.
  Answer First(const config::DecoderSpec& spec, std::string_view in) {
    return Run(spec, {static_cast<std::uint32_t>(in.size())}, in);
  }
  Answer First(std::string name, std::string_view in) { return First(Spec(std::move(name)), in); }

  // The error of making the decoder; empty if there is none.
  std::string MakeError(const config::DecoderSpec& spec, std::uint32_t size) {
    const auto decoder = MakeDecoder(spec, {size}, host_);
    return decoder ? "" : decoder.error().Message();
  }
  std::string MakeError(std::string name, std::uint32_t size) {
    return MakeError(Spec(std::move(name)), size);
  }

  host::Host host_;

 private:
  Answer Run(const config::DecoderSpec& spec, const DecoderInput& input, std::string_view in) {
    const auto decoder = MakeDecoder(spec, input, host_);
    if (!decoder) return Failed("not made: " + decoder.error().Message());
    std::string out = "left over from the row before";
    const Decoded result = (*decoder)->Decode(in, out);
    return {result, out};
  }
};

}  // namespace bpf_exporter::decode
