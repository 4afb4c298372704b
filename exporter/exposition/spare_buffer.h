// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <utility>

#include "exposition/text_buffer.h"

namespace bpf_exporter::exposition {

// Keeps the memory of the last page that nobody holds any more: megabytes that would otherwise
// come from the system zeroed and page by page for every snapshot. Any thread.
class SpareBuffer {
 public:
  TextBuffer Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(buffer_, TextBuffer());
  }
  // Keeps the larger one of `buffer` and what is kept already.
  void Return(TextBuffer buffer) {
    const std::lock_guard lock(mutex_);
    if (buffer.capacity() > buffer_.capacity()) buffer_ = std::move(buffer);
  }

 private:
  std::mutex mutex_;
  TextBuffer buffer_;
};

}  // namespace bpf_exporter::exposition
