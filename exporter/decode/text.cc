// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "decode/families.h"

namespace bpf_exporter::decode {
namespace {

void AppendHex(unsigned char byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

Decoded DecodeString(std::string_view in, std::string& out) {
  out = in.substr(0, in.find('\0'));
  return Decoded::kOk;
}

Decoded DecodeHex(std::string_view in, std::string& out) {
  out.clear();
  out.reserve(2 * in.size());
  for (const char byte : in) AppendHex(static_cast<unsigned char>(byte), out);
  return Decoded::kOk;
}

Decoded DecodeMac(std::string_view in, std::string& out) {
  out.clear();
  for (const char byte : in) {
    if (!out.empty()) out += ':';
    AppendHex(static_cast<unsigned char>(byte), out);
  }
  return Decoded::kOk;
}

// RFC 1035 3.1: each label is a length byte and its bytes. The length bytes become dots.
Decoded DecodeDname(std::string_view in, std::string& out) {
  if (in.empty()) {
    out = ".";
    return Decoded::kOk;
  }
  out = in;
  for (std::size_t at = 0; at < in.size();) {
    const std::size_t length = static_cast<unsigned char>(in[at]);
    if (length > in.size() - at - 1) {
      out = in;
      return Decoded::kOk;
    }
    out[at] = '.';
    at += 1 + length;
  }
  out.erase(0, 1);
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
