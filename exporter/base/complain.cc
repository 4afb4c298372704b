// SPDX-License-Identifier: Apache-2.0
// Tests: startup_test.py
#include "base/complain.h"

#include <fmt/core.h>

#include <cstdio>

namespace bpf_exporter {

void Complain(std::string_view problem) { fmt::print(stderr, "bpf_exporter: {}\n", problem); }

}  // namespace bpf_exporter
