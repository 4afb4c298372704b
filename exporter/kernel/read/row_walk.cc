// SPDX-License-Identifier: Apache-2.0
// Tests: map_readers_test.cc
#include "kernel/read/row_walk.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

namespace bpf_exporter::kernel {
namespace {

// A list of keys of one size.
class KeyList {
 public:
  explicit KeyList(std::size_t key_size) : key_size_(key_size) {}

  std::size_t size() const { return bytes_.size() / key_size_; }
  const std::byte* operator[](std::size_t index) const { return &bytes_[index * key_size_]; }
  void Add(const std::byte* key) { bytes_.insert(bytes_.end(), key, key + key_size_); }

  // Sorts the keys and keeps one of each.
  void MakeUnique() {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto compare = [this](std::size_t a, std::size_t b) {
      return std::memcmp((*this)[a], (*this)[b], key_size_);
    };
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return compare(a, b) < 0; });
    const auto end =
        std::unique(order.begin(), order.end(), [&](auto a, auto b) { return compare(a, b) == 0; });
    std::vector<std::byte> kept;
    kept.reserve(static_cast<std::size_t>(end - order.begin()) * key_size_);
    for (auto index = order.begin(); index != end; ++index) {
      kept.insert(kept.end(), (*this)[*index], (*this)[*index] + key_size_);
    }
    bytes_ = std::move(kept);
  }

 private:
  std::size_t key_size_;
  std::vector<std::byte> bytes_;
};

// Returns all keys of the map, each once. When the current key is deleted the kernel starts again
// from the first, so a busy map gives keys repeatedly; that costs time and memory, both bounded
// here.
Result<KeyList> AllKeys(const LoadedMap& map) {
  KeyList keys(map.rows.key_size);
  std::vector<std::byte> key(map.rows.key_size), next(map.rows.key_size);
  const std::size_t max_kept = std::size_t{map.max_entries} * 2 + 1024;
  const std::uint64_t max_steps = std::uint64_t{map.max_entries} * 16 + 1024;
  bool first = true;
  for (std::uint64_t steps = 0; steps < max_steps; ++steps) {
    if (bpf_map_get_next_key(map.fd, first ? nullptr : key.data(), next.data()) != 0) {
      if (errno != ENOENT) return ErrnoError("next key", errno);
      keys.MakeUnique();
      return keys;
    }
    if (keys.size() == max_kept) {
      keys.MakeUnique();
      if (keys.size() == max_kept) break;
    }
    keys.Add(next.data());
    key.swap(next);
    first = false;
  }
  return Error{"next key: the walk did not end: keys are deleted faster than they are read"};
}

}  // namespace

Status WalkRows(const LoadedMap& map, ReadBuffers& buffers, std::uint32_t block_rows,
                metrics::RowSink& sink) {
  Result<KeyList> all = AllKeys(map);
  if (!all) return all.error();
  const KeyList& keys = *all;
  std::byte* block_keys = buffers.Keys(std::size_t{block_rows} * map.rows.key_size);
  std::byte* block_values = buffers.Values(std::size_t{block_rows} * map.rows.row_stride);
  metrics::RowBlock block;
  block.keys = block_keys;
  block.key_stride = map.rows.key_size;
  block.values = block_values;
  block.value_stride = map.rows.row_stride;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (bpf_map_lookup_elem(map.fd, keys[i], block_values + block.count * map.rows.row_stride) !=
        0) {
      if (errno == ENOENT) continue;
      return ErrnoError("lookup", errno);
    }
    std::memcpy(block_keys + block.count * map.rows.key_size, keys[i], map.rows.key_size);
    if (++block.count == block_rows) {
      sink.OnRows(block);
      block.count = 0;
    }
  }
  if (block.count > 0) sink.OnRows(block);
  return {};
}

}  // namespace bpf_exporter::kernel
