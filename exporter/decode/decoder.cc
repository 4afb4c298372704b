// SPDX-License-Identifier: Apache-2.0
// Tests: table_test.cc
#include "decode/decoder.h"

namespace bpf_exporter::decode {

Decoded Decode(const std::vector<std::shared_ptr<const Decoder>>& decoders, std::string& value,
               std::string& scratch) {
  Decoded worst = Decoded::kOk;
  for (const auto& decoder : decoders) {
    const Decoded decoded = decoder->Decode(value, scratch);
    value.swap(scratch);
    if (!HasText(decoded)) return decoded;
    if (decoded == Decoded::kProvisional) worst = decoded;
  }
  return worst;
}

}  // namespace bpf_exporter::decode
