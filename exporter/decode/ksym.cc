// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc
#include "decode/ksym.h"

#include <fmt/core.h>

#include "base/bytes.h"

namespace bpf_exporter::decode {
namespace {

Decoded DecodeSymbol(host::KernelSymbols& symbols, std::string_view in, std::string& out) {
  const auto address = Load<std::uint64_t>(in.data());
  auto table = symbols.Current();
  out = table->At(address);
  if (out.empty()) {
    table = symbols.NewerThan(table);
    out = table->At(address);
  }
  if (!out.empty()) return Decoded::kOk;
  out = fmt::format("unknown_addr:0x{:x}", address);
  return Decoded::kProvisional;
}

}  // namespace

Result<DecodeFunction> MakeKsym(const DecoderRequest& request) {
  return DecodeFunction(
      [&symbols = request.host.UseSymbols()](std::string_view in, std::string& out) {
        return DecodeSymbol(symbols, in, out);
      });
}

}  // namespace bpf_exporter::decode
