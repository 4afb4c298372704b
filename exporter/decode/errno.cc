// SPDX-License-Identifier: Apache-2.0
// Tests: number_test.cc
#include "decode/errno.h"

#include <cerrno>
#include <cstring>

namespace bpf_exporter::decode {

// The names are glibc's (include/uapi/asm-generic/errno.h, the same on x86-64 and arm64), except
// where ebpf_exporter has another one.
Decoded DecodeErrno(Number number, std::string& out) {
  constexpr std::uint64_t kMaxErrno = 133;  // EHWPOISON
  const char* name = nullptr;
  if (!number.negative && number.bits > 0 && number.bits <= kMaxErrno) {
    name = number.bits == EOPNOTSUPP ? "ENOTSUP" : strerrorname_np(static_cast<int>(number.bits));
  }
  out = name != nullptr ? std::string(name) : "unknown:" + NumberText(number);
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
