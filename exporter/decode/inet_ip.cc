// SPDX-License-Identifier: Apache-2.0
#include "decode/inet_ip.h"

#include <fmt/core.h>

#include <array>

#include "decode/hex.h"

namespace bpf_exporter::decode {
namespace {

constexpr std::string_view kMappedPrefix("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

std::string DottedQuad(std::string_view in) {
  const auto byte = [&](int i) { return static_cast<unsigned char>(in[i]); };
  return fmt::format("{}.{}.{}.{}", byte(0), byte(1), byte(2), byte(3));
}

// RFC 5952: the first longest run of two or more zero groups becomes "::". inet_ntop is not used
// because it writes ::/96 addresses with a dotted quad.
std::string ColonHex(std::string_view in) {
  std::array<unsigned, 8> groups;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] =
        static_cast<unsigned char>(in[2 * i]) << 8 | static_cast<unsigned char>(in[2 * i + 1]);
  }
  std::size_t run_start = groups.size();
  std::size_t run_length = 1;
  for (std::size_t start = 0; start < groups.size(); ++start) {
    std::size_t length = 0;
    while (start + length < groups.size() && groups[start + length] == 0) ++length;
    if (length > run_length) {
      run_start = start;
      run_length = length;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == run_start) {
      text += "::";
      i += run_length - 1;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text += ':';
    text += fmt::format("{:x}", groups[i]);
  }
  return text;
}

}  // namespace

Decoded DecodeInetIp(std::string_view in, std::string& out) {
  if (in.size() == 4) {
    out = DottedQuad(in);
  } else if (in.size() == 16) {
    out = in.starts_with(kMappedPrefix) ? DottedQuad(in.substr(12)) : ColonHex(in);
  } else if (in.empty()) {
    out = "<nil>";
  } else {
    DecodeHex(in, out);
    out.insert(0, 1, '?');
  }
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
