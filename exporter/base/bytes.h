// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bpf_exporter {

// Reads a T in host byte order from memory of any alignment.
template <typename T>
T Load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

// Reads an unsigned integer of `width` bytes (1, 2, 4 or 8); 0 for any other width.
inline std::uint64_t LoadUnsigned(const void* from, std::size_t width) {
  switch (width) {
    case 1:
      return Load<std::uint8_t>(from);
    case 2:
      return Load<std::uint16_t>(from);
    case 4:
      return Load<std::uint32_t>(from);
    case 8:
      return Load<std::uint64_t>(from);
  }
  return 0;
}

// Reads a signed integer likewise, as two's complement in a u64, so that sums stay exact.
inline std::uint64_t LoadSigned(const void* from, std::size_t width) {
  switch (width) {
    case 1:
      return static_cast<std::uint64_t>(std::int64_t{Load<std::int8_t>(from)});
    case 2:
      return static_cast<std::uint64_t>(std::int64_t{Load<std::int16_t>(from)});
    case 4:
      return static_cast<std::uint64_t>(std::int64_t{Load<std::int32_t>(from)});
    case 8:
      return Load<std::uint64_t>(from);
  }
  return 0;
}

}  // namespace bpf_exporter
