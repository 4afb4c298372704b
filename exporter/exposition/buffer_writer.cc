// SPDX-License-Identifier: Apache-2.0
// Tests: text_page_test.cc
#include "exposition/buffer_writer.h"

#include <algorithm>
#include <utility>

namespace bpf_exporter::exposition {

BufferWriter::BufferWriter(TextBuffer page) : page_(std::move(page)) {
  at_ = page_.data();
  end_ = at_ + page_.capacity();
}

void BufferWriter::MakeRoom(std::size_t size) {
  constexpr std::size_t kMinGrowth = 65536;
  const auto used = static_cast<std::size_t>(at_ - page_.data());
  page_.Reserve(std::max(used + size, 2 * page_.capacity()) + kMinGrowth);
  at_ = page_.data() + used;
  end_ = page_.data() + page_.capacity();
}

TextBuffer BufferWriter::Finish() {
  page_.SetSize(static_cast<std::size_t>(at_ - page_.data()));
  page_.Trim();
  return std::move(page_);
}

}  // namespace bpf_exporter::exposition
