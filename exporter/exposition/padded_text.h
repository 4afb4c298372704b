// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

// Copying short pieces of a page in whole blocks: a call of memcpy would cost about as much as the
// copying, for labels are tens of bytes. What is copied to has kBlock bytes to spare.
namespace bpf_exporter::exposition {

inline constexpr std::size_t kBlock = 16;

inline void CopyBlock(const char* from, char* to) { std::memcpy(to, from, kBlock); }

// A piece that is copied many times. It has kBlock bytes to spare behind it.
class PaddedText {
 public:
  void Set(std::initializer_list<std::string_view> parts) {
    text_.clear();
    for (const std::string_view part : parts) text_ += part;
    size_ = text_.size();
    text_.append(kBlock, '\0');
  }
  std::size_t size() const { return size_; }

  // Copies it to `out`; returns the end of the copy.
  char* CopyTo(char* out) const {
    const char* from = text_.data();
    for (std::size_t at = 0; at < size_; at += kBlock) CopyBlock(from + at, out + at);
    return out + size_;
  }

 private:
  std::string text_;
  std::size_t size_ = 0;
};

// Copies a text that must not be read beyond its end; returns the end of the copy.
inline char* CopyText(std::string_view text, char* out) {
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size < kBlock) {
    std::memcpy(out, from, size);
    return out + size;
  }
  for (std::size_t at = 0; at < size - kBlock; at += kBlock) CopyBlock(from + at, out + at);
  CopyBlock(from + size - kBlock, out + size - kBlock);
  return out + size;
}

}  // namespace bpf_exporter::exposition
