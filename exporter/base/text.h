// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bpf_exporter {

// `text` with every byte that is not printable ASCII as \xNN, and at most `most` bytes long: names
// and messages that a corrupt file may have put anything into.
std::string Printable(std::string_view text, std::size_t most);

// The bytes as hexadecimal digits, "00ff"; after `most` bytes "…".
std::string Hex(const std::byte* bytes, std::size_t size, std::size_t most);

// "a, b, c"; after `most` of them "a, b … (9 in all)"; "none" if there are none.
std::string List(const std::vector<std::string>& names, std::size_t most = 12);

}  // namespace bpf_exporter
