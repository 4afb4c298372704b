// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "config/config.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {

// Returns the position of a byte offset. Lines end in a line feed, columns count bytes.
Position PositionOf(std::string_view source, std::size_t offset);

// Returns `source` without a byte order mark at its start.
std::string_view WithoutByteOrderMark(std::string_view source);

// Returns true if `source` is UTF-8 without control characters, as YAML wants it (yaml-cpp does not
// look), else reports the first character that is not.
bool CheckSourceText(std::string_view source, Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
