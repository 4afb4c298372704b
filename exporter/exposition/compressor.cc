// SPDX-License-Identifier: Apache-2.0
// Tests: page_cache_test.cc
#include "exposition/compressor.h"

namespace bpf_exporter::exposition {
namespace {

// Small enough to stay in the second-level cache between writing and compressing.
constexpr std::size_t kPiece = std::size_t{128} << 10;

}  // namespace

CompressingWriter::CompressingWriter(Compressor& compressor) : compressor_(compressor) {
  piece_.Reserve(kPiece);
  at_ = piece_.data();
  end_ = at_ + piece_.capacity();
}

void CompressingWriter::Flush() {
  compressor_.Add({piece_.data(), static_cast<std::size_t>(at_ - piece_.data())});
  at_ = piece_.data();
}

void CompressingWriter::MakeRoom(std::size_t size) {
  Flush();
  piece_.Reserve(size);
  at_ = piece_.data();
  end_ = at_ + piece_.capacity();
}

}  // namespace bpf_exporter::exposition
