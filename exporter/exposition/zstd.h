// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "exposition/compressor.h"
#include "exposition/text_buffer.h"

namespace bpf_exporter::exposition {

// Compresses into one frame of Zstandard (RFC 8878).
class ZstdCompressor : public Compressor {
 public:
  ZstdCompressor();
  ~ZstdCompressor() override;

  void Start(TextBuffer out) override;
  void Add(std::string_view text) override;
  TextBuffer Finish() override;

 private:
  void Run(std::string_view text, Input input);

  struct Stream;
  std::unique_ptr<Stream> stream_;
  TextBuffer out_;
};

}  // namespace bpf_exporter::exposition
