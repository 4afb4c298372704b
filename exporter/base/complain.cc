// SPDX-License-Identifier: Apache-2.0
// Tests: startup_test.py, once_test.py, init_test.py
#include "base/complain.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>

#include "base/result.h"

namespace bpf_exporter {

void Complain(std::string_view problem) { fmt::print(stderr, "bpf_exporter: {}\n", problem); }

bool PrintAll(std::string_view text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) Complain(ErrnoError("standard output", errno).Message());
  return written;
}

}  // namespace bpf_exporter
