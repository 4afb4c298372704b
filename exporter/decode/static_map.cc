// SPDX-License-Identifier: Apache-2.0
#include "decode/static_map.h"

#include <unordered_map>
#include <utility>

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeStaticMap(const DecoderRequest& request) {
  if (!request.spec.static_map) {
    return DecodeFunction([](std::string_view, std::string& out) {
      out = "empty mapping";
      return Decoded::kOk;
    });
  }
  // Of two equal keys the last one counts, as in ebpf_exporter's YAML reader.
  std::unordered_map<std::string, std::string> texts;
  for (const auto& [key, text] : *request.spec.static_map) texts.insert_or_assign(key, text);
  const bool allow_unknown = request.spec.allow_unknown;
  return DecodeFunction(
      [texts = std::move(texts), allow_unknown](std::string_view in, std::string& out) {
        out = in;
        const auto found = texts.find(out);
        if (found != texts.end()) {
          out = found->second;
        } else if (!allow_unknown) {
          out.insert(0, "unknown:");
        }
        return Decoded::kOk;
      });
}

}  // namespace bpf_exporter::decode
