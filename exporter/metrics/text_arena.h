// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace bpf_exporter::metrics {

// Label texts one after the other in large pieces of memory. A text never moves or changes, so
// one thread may append while others walk over those that were there when they were told of them.
class TextArena {
 public:
  // Where a text is; 4 bytes, because there is one for every series.
  using Position = std::uint32_t;

  // Throws std::length_error after 16 GiB, std::bad_alloc.
  Position Append(std::string_view text);

  std::string_view At(Position position) const {
    const char* record = chunks_[position >> kOffsetBits].get() + (position & kOffsetMask) * kAlign;
    return {record + kHeader, Size(record)};
  }

  // Walks over the texts from the first one, in the order in which they were appended. Next() may
  // be called as often as there were texts when the arena was handed over.
  class Cursor {
   public:
    explicit Cursor(const TextArena& arena) : next_(arena.first_) {}
    std::string_view Next() {
      std::uint32_t size = Size(next_);
      if (size == kEndOfChunk) {
        std::memcpy(&next_, next_ + kHeader, sizeof(next_));
        size = Size(next_);
      }
      const char* text = next_ + kHeader;
      next_ += Footprint(size);
      return {text, size};
    }

   private:
    const char* next_;
  };

 private:
  // A record is its size in 4 bytes and the text, padded to 4 bytes. A chunk ends with a record
  // of size kEndOfChunk whose text is the address of the next chunk.
  static constexpr std::size_t kHeader = 4;
  static constexpr std::size_t kAlign = 4;
  static constexpr std::uint32_t kEndOfChunk = ~std::uint32_t{0};
  static constexpr std::size_t kEndRecord = kHeader + sizeof(const char*);
  static constexpr std::size_t kFirstChunk = 512;  // most families are small
  static constexpr std::size_t kMaxChunk = std::size_t{1} << 20;
  static constexpr unsigned kOffsetBits = 18;  // of kMaxChunk / kAlign
  static constexpr std::uint32_t kOffsetMask = (1u << kOffsetBits) - 1;

  static std::uint32_t Size(const char* record) {
    std::uint32_t size;
    std::memcpy(&size, record, sizeof(size));
    return size;
  }
  static std::size_t Footprint(std::size_t size) {
    return (kHeader + size + kAlign - 1) / kAlign * kAlign;
  }
  void AddChunk(std::size_t footprint);

  std::vector<std::unique_ptr<char[]>> chunks_;
  const char* first_ = nullptr;
  std::size_t used_ = 0;  // of the last chunk
  std::size_t size_ = 0;  // of the last chunk, without its end record
  std::size_t bytes_ = 0;
};

}  // namespace bpf_exporter::metrics
