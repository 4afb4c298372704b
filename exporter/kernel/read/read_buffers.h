// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace bpf_exporter::kernel {

// Memory that map readers of one thread share: they read one after the other, so that 40
// configurations need one pair of buffers and not 40. Not for two reads at the same time.
class ReadBuffers {
 public:
  // Return room for that many bytes; valid until the next call of the same function or Trim.
  std::byte* Keys(std::size_t bytes) { return Grow(keys_, bytes); }
  std::byte* Values(std::size_t bytes) { return Grow(values_, bytes); }

  // Frees the buffers if an unusually large read made them grow.
  void Trim() {
    for (std::vector<std::byte>* buffer : {&keys_, &values_}) {
      if (buffer->size() > kKeptBytes) std::vector<std::byte>().swap(*buffer);
    }
  }

 private:
  static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

  static std::byte* Grow(std::vector<std::byte>& buffer, std::size_t bytes) {
    if (buffer.size() < bytes) buffer.resize(bytes);
    return buffer.data();
  }

  std::vector<std::byte> keys_;
  std::vector<std::byte> values_;
};

}  // namespace bpf_exporter::kernel
