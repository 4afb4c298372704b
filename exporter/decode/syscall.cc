// SPDX-License-Identifier: Apache-2.0
#include "decode/syscall.h"

#include "decode/number.h"
#include "decode/syscall_table.h"

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeSyscall(const DecoderRequest& request) {
  const SyscallNames names =
      request.input.strace_syscall_names ? SyscallNames::kStrace : SyscallNames::kKernel;
  return FromNumber(request, [names](Number number, std::string& out) {
    if (!number.negative) out = SyscallName(kOwnArchitecture, names, number.bits);
    if (number.negative || out.empty()) out = "unknown_syscall:" + NumberText(number);
    return Decoded::kOk;
  });
}

}  // namespace bpf_exporter::decode
