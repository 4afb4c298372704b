// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace bpf_exporter::metrics {

// The 128-bit product of two numbers folded into 64 bits: every input bit reaches most outputs.
inline std::uint64_t FoldedProduct(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// A fast hash for tables in memory. `seed` is secret to the process, because who runs programs on
// the host chooses parts of the keys. About 5 ns for 24 bytes.
inline std::uint64_t HashBytes(const void* data, std::size_t size, std::uint64_t seed) {
  constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15;
  constexpr std::uint64_t kSecond = 0xd1b54a32d192ed03;
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::uint64_t hash = seed ^ (size * kFirst);
  std::size_t left = size;
  for (; left > 16; left -= 16, bytes += 16) {
    hash = FoldedProduct(Load<std::uint64_t>(bytes) ^ kFirst ^ seed,
                         Load<std::uint64_t>(bytes + 8) ^ hash);
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    a = Load<std::uint64_t>(bytes);
    b = Load<std::uint64_t>(bytes + left - 8);
  } else if (left >= 4) {
    a = Load<std::uint32_t>(bytes);
    b = Load<std::uint32_t>(bytes + left - 4);
  } else if (left > 0) {
    a = std::uint64_t{bytes[0]} << 16 | std::uint64_t{bytes[left / 2]} << 8 | bytes[left - 1];
  }
  return FoldedProduct(kSecond ^ seed, FoldedProduct(a ^ kSecond ^ seed, b ^ hash));
}

// A random number, the same during the life of the process.
std::uint64_t HashSeed();

}  // namespace bpf_exporter::metrics
