// SPDX-License-Identifier: Apache-2.0
// Tests: integer_test.cc
#include "decode/enum_names.h"

#include <fmt/core.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "decode/int.h"
#include "decode/uint.h"

namespace bpf_exporter::decode {
namespace {

class EnumDecoder : public Decoder {
 public:
  EnumDecoder(std::vector<std::pair<std::string, std::int64_t>> enumerators, bool is_signed)
      : is_signed_(is_signed) {
    // Of two enumerators with one number the first one in the source names it.
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
    if (found == names_.end()) return is_signed_ ? DecodeInt(in, out) : DecodeUint(in, out);
    out = found->second;
    return Decoded::kOk;
  }

 private:
  std::map<std::int64_t, std::string> names_;
  bool is_signed_;
};

}  // namespace

std::shared_ptr<const Decoder> MakeEnumDecoder(
    std::vector<std::pair<std::string, std::int64_t>> enumerators, bool is_signed) {
  return std::make_shared<EnumDecoder>(std::move(enumerators), is_signed);
}

}  // namespace bpf_exporter::decode
