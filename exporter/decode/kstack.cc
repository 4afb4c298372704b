// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc
#include "decode/kstack.h"

#include "base/bytes.h"
#include "host/host.h"

namespace bpf_exporter::decode {
namespace {

// False if a frame has no symbol.
bool Frames(const host::SymbolTable& table, std::string_view in, std::string& out) {
  bool complete = true;
  out.clear();
  for (; !in.empty(); in.remove_prefix(8)) {
    const auto address = Load<std::uint64_t>(in.data());
    if (address == 0) break;
    const std::string_view name = table.Before(address);
    if (!out.empty()) out += '\n';
    out += name.empty() ? "??" : name;
    complete = complete && !name.empty();
  }
  return complete;
}

Decoded DecodeStack(host::KernelSymbols& symbols, std::string_view in, std::string& out) {
  const auto table = symbols.Current();
  if (Frames(*table, in, out)) return Decoded::kOk;
  const auto newer = symbols.NewerThan(table);
  if (newer != table && Frames(*newer, in, out)) return Decoded::kOk;
  return Decoded::kProvisional;
}

}  // namespace

Result<DecodeFunction> MakeKstack(const DecoderRequest& request) {
  return DecodeFunction(
      [&symbols = request.host.UseSymbols()](std::string_view in, std::string& out) {
        return DecodeStack(symbols, in, out);
      });
}

}  // namespace bpf_exporter::decode
