// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace bpf_exporter::metrics {

// Finds the number of a thing (a key, a text) by its hash. The things themselves are elsewhere,
// numbered from 0 without gaps. Open addressing in one array of 4 bytes a cell: the low bits hold
// the number, the spare high bits a part of the hash, so that few wrong candidates are looked at.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // The number of the thing of that hash for which `same(number)` holds, or kNone.
  template <typename Same>
  std::uint32_t Find(std::uint64_t hash, Same&& same) const {
    if (cells_.empty()) return kNone;
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const std::uint32_t cell = cells_[at];
      if (cell == 0) return kNone;
      if (((cell ^ static_cast<std::uint32_t>(hash >> 32)) & ~mask_) != 0) continue;
      const std::uint32_t number = (cell & mask_) - 1;
      if (same(number)) return number;
    }
  }

  // Adds thing number `number`, the newest one, that is not in here yet. `hash_of(number)` gives
  // the hashes of all up to that one, for when the array must grow; nothing for those to leave out.
  template <typename HashOf>
  void Add(std::uint32_t number, std::uint64_t hash, HashOf&& hash_of) {
    // At most 4 of 5 cells are taken, so that walks stay short and always end.
    if ((std::uint64_t{number} + 1) * 5 > cells_.size() * 4) {
      Rebuild(number + 1, hash_of);
    } else {
      Put(hash, number);
    }
  }

  // Forgets everything, then adds the things 0 … count - 1 that have a hash.
  template <typename HashOf>
  void Rebuild(std::uint32_t count, HashOf&& hash_of) {
    const std::size_t size = std::bit_ceil(std::size_t{count} * 5 / 4 + 16);
    std::vector<std::uint32_t>(size).swap(cells_);
    mask_ = static_cast<std::uint32_t>(size - 1);
    for (std::uint32_t number = 0; number < count; ++number) {
      const std::optional<std::uint64_t> hash = hash_of(number);
      if (hash) Put(*hash, number);
    }
  }

 private:
  void Put(std::uint64_t hash, std::uint32_t number) {
    std::size_t at = hash & mask_;
    while (cells_[at] != 0) at = (at + 1) & mask_;
    cells_[at] = (static_cast<std::uint32_t>(hash >> 32) & ~mask_) | (number + 1);
  }

  std::vector<std::uint32_t> cells_;  // 0: free
  std::uint32_t mask_ = 0;
};

}  // namespace bpf_exporter::metrics
