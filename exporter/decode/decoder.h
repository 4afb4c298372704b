#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "decode/clock.h"

namespace bpf_exporter {

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

// What decoders need of the host. Opened at the first use, so that making a decoder (`check`)
// touches nothing; one per process, shared by all decoders, outlives them.
class DecoderContext;

// Where things are on this host; tests point these at folders of their own.
struct HostPaths {
  std::string proc = "/proc";
  std::string cgroup = "/sys/fs/cgroup";
  std::vector<std::string> pci_ids = {"/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids"};
};

struct DecoderContextDeleter {
  void operator()(DecoderContext* context) const;
};
using DecoderContextOwner = std::unique_ptr<DecoderContext, DecoderContextDeleter>;
// `now` is the clock that says when to look again; by default the steady clock.
DecoderContextOwner MakeDecoderContext(HostPaths paths, Clock now = {});

// Opens what the decoders made so far need privileges for (addresses in kallsyms, word of new
// cgroups). To be called when the configurations are resolved and before capabilities are dropped;
// without it the files are opened at their first use. What cannot be opened is a warning.
void OpenForDecoders(DecoderContext& context);

// What the first decoder of a label gets: the label's size in bytes. 0: text from the decoder
// before it, of any length.
struct DecoderInput {
  std::uint32_t size = 0;
  bool strace_syscall_names = false;
};

// Makes the decoder that `spec` names. An error says what does not fit, without a place:
// "decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3", "decoder 'regexp': missing ): ^(foo".
Result<std::shared_ptr<const Decoder>> MakeDecoder(const DecoderSpec& spec,
                                                   const DecoderInput& input,
                                                   DecoderContext& context);

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

}  // namespace bpf_exporter
