// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "exposition/compressor.h"
#include "exposition/text_buffer.h"

namespace bpf_exporter::exposition {

// Compresses into one gzip member.
class GzipCompressor : public Compressor {
 public:
  GzipCompressor();
  ~GzipCompressor() override;

  void Start(TextBuffer out) override;
  void Add(std::string_view text) override;
  TextBuffer Finish() override;

 private:
  void Run(std::string_view text, Input input);

  struct Stream;
  std::unique_ptr<Stream> stream_;  // about 500 KiB, once it is used
  TextBuffer out_;
};

}  // namespace bpf_exporter::exposition
