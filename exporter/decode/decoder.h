// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "host/host.h"

namespace bpf_exporter::decode {

enum class Decoded {
  kOk,
  kProvisional,  // an answer such as "unknown:8:0" that may get better: ask again later
  kSkip,         // the row makes no series, by the configuration's wish (regexp)
  kError,        // the bytes do not fit the decoder; `out` holds the reason
};

// Turns bytes into bytes; the last one's output is the label's text. Immutable after it was made
// or guarded inside: one decoder may be called by several threads. Never throws.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Replaces `out`, which never aliases `in`.
  virtual Decoded Decode(std::string_view in, std::string& out) const = 0;
  // Whether it asks the host for something that may soon be gone there, and has its name for a
  // while when it was asked before that.
  virtual bool AsksHost() const { return false; }
};

// What the first decoder of a label gets: the label's size in bytes. 0: text from the decoder
// before it, of any length.
struct DecoderInput {
  std::uint32_t size = 0;
  bool strace_syscall_names = false;
};

// Makes the decoder that `spec` names. An error says what does not fit, without a place:
// "decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3", "decoder 'regexp': missing ): ^(foo".
Result<std::shared_ptr<const Decoder>> MakeDecoder(const config::DecoderSpec& spec,
                                                   const DecoderInput& input, host::Host& host);

// Runs `value` through a label's decoders, left to right, in place; `scratch` is a buffer to keep
// between calls. kProvisional if one of them said so. For kError `value` is the reason.
Decoded Decode(const std::vector<std::shared_ptr<const Decoder>>& decoders, std::string& value,
               std::string& scratch);

// An enum's numbers to its enumerators' names; others as decimal numbers. For the short form.
std::shared_ptr<const Decoder> MakeEnumDecoder(
    std::vector<std::pair<std::string, std::int64_t>> enumerators, bool is_signed);

// The names of all decoders, sorted; for "did you mean", the documentation and its test.
std::vector<std::string> DecoderNames();

bool IsValidUtf8(std::string_view text);
// `text` with U+FFFD for each maximal part of it that is not valid UTF-8. NUL is valid.
std::string ValidUtf8(std::string_view text);

}  // namespace bpf_exporter::decode
