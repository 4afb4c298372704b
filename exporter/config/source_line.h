// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace bpf_exporter::config {

// The line at `at` of `source` with a caret below its column, both indented and ended. What would
// not show is made visible, and a long line is cut around the caret. Empty if there is no such
// line. Columns count bytes.
std::string ShowSourceLine(std::string_view source, Position at);

}  // namespace bpf_exporter::config
