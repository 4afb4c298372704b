// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bpf_exporter {

// Returns a number of bytes for people: "12 bytes", "1.5 KiB", "480 GiB", rounded to three digits.
std::string SizeText(std::uint64_t bytes);

// Returns the bytes of "512MiB", "512M", "1.5GiB" or "1048576": units are powers of 1024. The error
// does not name what the size is of.
Result<std::uint64_t> ParseSize(std::string_view text);

}  // namespace bpf_exporter
