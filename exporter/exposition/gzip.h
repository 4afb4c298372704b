// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "exposition/page_writer.h"
#include "exposition/text_buffer.h"

namespace bpf_exporter::exposition {

// Compresses into one gzip member. Keeps its working memory (about 500 KiB) for the next time;
// by one thread at a time.
class GzipCompressor {
 public:
  GzipCompressor();
  ~GzipCompressor();

  // Start(), then any number of Add(), then Finish(). `out` is the memory to write to.
  void Start(TextBuffer out);
  void Add(std::string_view text);
  TextBuffer Finish();

 private:
  void Run(std::string_view text, bool last);

  struct Stream;
  std::unique_ptr<Stream> stream_;
  TextBuffer out_;
};

// Compresses what is written piece by piece, so that the whole text is never in memory.
class GzipWriter : public PageWriter {
 public:
  explicit GzipWriter(GzipCompressor& compressor);
  // What is still in the pieces; the compressor is then ready to Finish().
  void Flush();

 protected:
  void MakeRoom(std::size_t size) override;

 private:
  GzipCompressor& compressor_;
  TextBuffer piece_;
};

}  // namespace bpf_exporter::exposition
