// SPDX-License-Identifier: Apache-2.0
#include "decode/majorminor.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "host/host.h"

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeMajorMinor(const DecoderRequest& request) {
  return DecodeFunction(
      [&devices = request.host.block_devices()](std::string_view in, std::string& out) {
        // The kernel's new_encode_dev(): minor 20..31 | major 8..19 | minor 0..7.
        const auto device = Load<std::uint32_t>(in.data());
        const std::uint32_t major = device >> 8 & 0xfff;
        const std::uint32_t minor = (device & 0xff) | (device >> 12 & 0xfff00);
        if (std::optional<std::string> name = devices.Name(major, minor)) {
          out = *std::move(name);
          return Decoded::kOk;
        }
        out = fmt::format("unknown:{}:{}", major, minor);
        return Decoded::kProvisional;
      });
}

}  // namespace bpf_exporter::decode
