// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace bpf_exporter::exposition {

// Where the text of a page goes. Writers take room for a whole line at once and fill it by
// themselves, so that what happens when the room is used up costs nothing a line.
class PageWriter {
 public:
  virtual ~PageWriter() = default;

  // Room for `size` more bytes; Advance() says how far it was filled.
  char* Room(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) MakeRoom(size);
    return at_;
  }
  void Advance(char* end) { at_ = end; }
  void Write(std::string_view text) {
    char* out = Room(text.size());
    std::memcpy(out, text.data(), text.size());
    Advance(out + text.size());
  }

 protected:
  virtual void MakeRoom(std::size_t size) = 0;

  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace bpf_exporter::exposition
