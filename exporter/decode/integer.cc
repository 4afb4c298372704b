// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "decode/families.h"

namespace bpf_exporter::decode {
namespace {

Decoded Print(std::uint64_t bits, bool is_signed, std::string& out) {
  const fmt::format_int text =
      is_signed ? fmt::format_int(static_cast<std::int64_t>(bits)) : fmt::format_int(bits);
  out.assign(text.data(), text.size());
  return Decoded::kOk;
}

class EnumDecoder : public Decoder {
 public:
  EnumDecoder(std::vector<std::pair<std::string, std::int64_t>> enumerators, bool is_signed)
      : is_signed_(is_signed) {
    // Of two enumerators with one number the first names it, as in C's own reading order.
    for (auto& [name, number] : enumerators) names_.emplace(number, std::move(name));
  }

  Decoded Decode(std::string_view in, std::string& out) const override {
    const std::size_t size = in.size();
    if (size != 1 && size != 2 && size != 4 && size != 8) {
      out = fmt::format("an enum takes 1, 2, 4 or 8 bytes, not {}", size);
      return Decoded::kError;
    }
    const std::uint64_t bits =
        is_signed_ ? LoadSigned(in.data(), size) : LoadUnsigned(in.data(), size);
    const auto found = names_.find(static_cast<std::int64_t>(bits));
    if (found == names_.end()) return Print(bits, is_signed_, out);
    out = found->second;
    return Decoded::kOk;
  }

 private:
  std::map<std::int64_t, std::string> names_;
  bool is_signed_;
};

}  // namespace

Decoded DecodeUint(std::string_view in, std::string& out) {
  return Print(LoadUnsigned(in.data(), in.size()), false, out);
}

Decoded DecodeInt(std::string_view in, std::string& out) {
  return Print(LoadSigned(in.data(), in.size()), true, out);
}

Decoded DecodeBool(std::string_view in, std::string& out) {
  out = LoadUnsigned(in.data(), in.size()) != 0 ? "true" : "false";
  return Decoded::kOk;
}

Decoded DecodeNetworkOrder(std::string_view in, std::string& out) {
  std::uint64_t value = 0;
  for (const char byte : in) value = value << 8 | static_cast<unsigned char>(byte);
  return Print(value, false, out);
}

std::shared_ptr<const Decoder> MakeEnumDecoder(
    std::vector<std::pair<std::string, std::int64_t>> enumerators, bool is_signed) {
  return std::make_shared<EnumDecoder>(std::move(enumerators), is_signed);
}

}  // namespace bpf_exporter::decode
