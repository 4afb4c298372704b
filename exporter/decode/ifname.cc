// SPDX-License-Identifier: Apache-2.0
#include "decode/ifname.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "host/host.h"

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeIfname(const DecoderRequest& request) {
  return DecodeFunction(
      [&interfaces = request.host.interfaces()](std::string_view in, std::string& out) {
        const auto index = Load<std::uint32_t>(in.data());
        out = interfaces.Name(index);
        if (!out.empty()) return Decoded::kOk;
        out = fmt::format("unknown:{}", index);
        return Decoded::kProvisional;
      });
}

}  // namespace bpf_exporter::decode
