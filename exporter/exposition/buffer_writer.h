// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exposition/page_writer.h"
#include "exposition/text_buffer.h"

namespace bpf_exporter::exposition {

// Writes a page into memory that grows with it.
class BufferWriter : public PageWriter {
 public:
  // Writes over what is in `page`, whose memory is reused.
  explicit BufferWriter(TextBuffer page);

  // Returns what was written, without much more memory than it needs.
  TextBuffer Finish();

 protected:
  void MakeRoom(std::size_t size) override;

 private:
  TextBuffer page_;
};

}  // namespace bpf_exporter::exposition
