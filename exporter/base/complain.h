// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace bpf_exporter {

// Writes "bpf_exporter: PROBLEM" to standard error: why the process ends, as programs say it where
// nobody asked for a log. Any thread.
void Complain(std::string_view problem);

// Writes all of `text` to standard output, or complains. Returns whether it did.
bool PrintAll(std::string_view text);

}  // namespace bpf_exporter
