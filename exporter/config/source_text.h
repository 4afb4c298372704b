// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "config/config.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {

// Lines end in a line feed, columns count bytes.
Position PositionOf(std::string_view source, std::size_t offset);

std::string_view WithoutByteOrderMark(std::string_view source);

// Whether `source` is UTF-8 without control characters, as YAML wants it (yaml-cpp does not look).
// Reports the first character that is not.
bool CheckSourceText(std::string_view source, Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
