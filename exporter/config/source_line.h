// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace bpf_exporter::config {

// Returns the line at `at` of `source` and a caret below its column, both indented and ended by a
// line feed; empty if there is no such line. Makes visible what would not show, and cuts a long
// line around the caret. Columns count bytes.
std::string ShowSourceLine(std::string_view source, Position at);

}  // namespace bpf_exporter::config
