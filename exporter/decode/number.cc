// SPDX-License-Identifier: Apache-2.0
#include "decode/number.h"

#include <fmt/core.h>

#include <utility>

#include "base/bytes.h"
#include "base/text.h"

namespace bpf_exporter::decode {

std::optional<Number> ParseDecimal(std::string_view text) {
  if (text.starts_with('-')) {
    const std::optional<std::int64_t> value = ParseWhole<std::int64_t>(text);
    if (!value) return std::nullopt;
    return Number{static_cast<std::uint64_t>(*value), *value < 0};
  }
  const std::optional<std::uint64_t> value = ParseWhole<std::uint64_t>(text);
  if (!value) return std::nullopt;
  return Number{*value, false};
}

std::string NumberText(Number number) {
  return number.negative ? fmt::format("{}", static_cast<std::int64_t>(number.bits))
                         : fmt::format("{}", number.bits);
}

DecodeFunction FromNumber(const DecoderRequest& request, NumberFunction decode) {
  if (request.input.size > 0) {
    return [decode = std::move(decode)](std::string_view in, std::string& out) {
      return decode({LoadUnsigned(in.data(), in.size()), false}, out);
    };
  }
  return [decode = std::move(decode), name = request.spec.name.value](std::string_view in,
                                                                      std::string& out) {
    const std::optional<Number> number = ParseDecimal(in);
    if (!number) {
      constexpr std::size_t kShown = 40;
      out =
          fmt::format("decoder '{}' takes a decimal number, not '{}'", name, in.substr(0, kShown));
      return Decoded::kError;
    }
    return decode(*number, out);
  };
}

}  // namespace bpf_exporter::decode
