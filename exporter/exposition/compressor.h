// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "exposition/page_writer.h"
#include "exposition/text_buffer.h"

namespace bpf_exporter::exposition {

// Compresses a text that comes in pieces. Keeps its working memory for the next one; by one thread
// at a time.
class Compressor {
 public:
  virtual ~Compressor() = default;

  // Start(), then any number of Add(), then Finish(). `out` is the memory to write to.
  virtual void Start(TextBuffer out) = 0;
  virtual void Add(std::string_view text) = 0;
  virtual TextBuffer Finish() = 0;

 protected:
  // Whether more text follows what is compressed.
  enum class Input { kMore, kLast };
};

// Compresses what is written piece by piece, so that the whole text is never in memory.
class CompressingWriter : public PageWriter {
 public:
  // `compressor` has been started, and outlives this.
  explicit CompressingWriter(Compressor& compressor);
  // Adds what is still in the piece; the compressor is then ready to Finish().
  void Flush();

 protected:
  void MakeRoom(std::size_t size) override;

 private:
  Compressor& compressor_;
  TextBuffer piece_;
};

}  // namespace bpf_exporter::exposition
