// SPDX-License-Identifier: Apache-2.0
// Tests: memory_test.cc, random_pages_test.cc
#include "metrics/text_arena.h"

#include <algorithm>
#include <stdexcept>

namespace bpf_exporter::metrics {

TextArena::Position TextArena::Append(std::string_view text) {
  const std::size_t footprint = Footprint(text.size());
  if (chunks_.empty() || used_ + footprint > size_) AddChunk(footprint);
  char* record = chunks_.back().get() + used_;
  const auto size = static_cast<std::uint32_t>(text.size());
  std::memcpy(record, &size, sizeof(size));
  std::memcpy(record + kHeader, text.data(), text.size());
  const auto position = static_cast<Position>((chunks_.size() - 1) << kOffsetBits | used_ / kAlign);
  used_ += footprint;
  return position;
}

void TextArena::AddChunk(std::size_t footprint) {
  if (chunks_.size() > (~Position{0} >> kOffsetBits) - 1) {
    throw std::length_error("too much label text");
  }
  const std::size_t usual = std::clamp(bytes_, kFirstChunk, kMaxChunk);
  const std::size_t size = std::max(usual, footprint + kEndRecord);
  auto chunk = std::make_unique_for_overwrite<char[]>(size);
  const char* address = chunk.get();
  char* end = chunks_.empty() ? nullptr : chunks_.back().get() + used_;
  chunks_.push_back(std::move(chunk));
  if (end != nullptr) {
    std::memcpy(end, &kEndOfChunk, sizeof(kEndOfChunk));
    std::memcpy(end + kHeader, &address, sizeof(address));
  } else {
    first_ = address;
  }
  used_ = 0;
  size_ = size - kEndRecord;
  bytes_ += size;
}

}  // namespace bpf_exporter::metrics
