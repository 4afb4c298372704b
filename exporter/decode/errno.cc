// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cerrno>
#include <cstring>

#include "decode/families.h"

namespace bpf_exporter::decode {

// glibc's names (include/uapi/asm-generic/errno.h, the same on x86-64 and arm64), except where the
// dialect has another one.
Decoded DecodeErrno(Number number, std::string& out) {
  constexpr std::uint64_t kHighest = 133;  // EHWPOISON
  const char* name = nullptr;
  if (!number.negative && number.bits > 0 && number.bits <= kHighest) {
    name = number.bits == EOPNOTSUPP ? "ENOTSUP" : strerrorname_np(static_cast<int>(number.bits));
  }
  out = name != nullptr ? std::string(name) : "unknown:" + NumberText(number);
  return Decoded::kOk;
}

}  // namespace bpf_exporter::decode
