// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <protozero/varint.hpp>

namespace bpf_exporter::exposition {

inline constexpr std::size_t kMaxVarint = protozero::max_varint_length;

// Writes `number` as protobuf's varint to `out`, which has room for kMaxVarint bytes; returns the
// place after it.
inline char* WriteVarint(std::uint64_t number, char* out) {
  return out + protozero::add_varint_to_buffer(out, number);
}

}  // namespace bpf_exporter::exposition
