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

// Returns true where the decoders gave the label its text.
inline bool HasText(Decoded decoded) {
  return decoded == Decoded::kOk || decoded == Decoded::kProvisional;
}

// Turns bytes into bytes; the last one's output is the label's text. Immutable after it was made
// or guarded inside: one decoder may be called by several threads. Never throws.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Replaces `out`, which never aliases `in`.
  virtual Decoded Decode(std::string_view in, std::string& out) const = 0;
  // Returns true if the decoder looks names up on the host and caches them. Labels of records are
  // then looked up when a record arrives, because the named thing may be gone at the next snapshot.
  virtual bool AsksHost() const { return false; }
  // Returns true if what it decodes is the id of a cgroup.
  virtual bool TakesCgroupIds() const { return false; }
};

// What the first decoder of a label gets: the label's size in bytes. 0: text from the decoder
// before it, of any length.
struct DecoderInput {
  std::uint32_t size = 0;
  bool strace_syscall_names = false;
};

// Runs `value` through a label's decoders, left to right, in place; `scratch` is a buffer to keep
// between calls. kProvisional if one of them said so. For kError `value` is the reason.
Decoded Decode(const std::vector<std::shared_ptr<const Decoder>>& decoders, std::string& value,
               std::string& scratch);

}  // namespace bpf_exporter::decode
