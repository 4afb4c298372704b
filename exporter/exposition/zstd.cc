// SPDX-License-Identifier: Apache-2.0
// Tests: page_cache_test.cc
#include "exposition/zstd.h"

#include <zstd.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>

namespace bpf_exporter::exposition {
namespace {

// Level 1 makes pages smaller than zlib's level 6 does, at a tenth of its time; the levels above it
// win little or nothing on text of this kind.
constexpr int kLevel = 1;

std::size_t Checked(std::size_t result) {
  if (ZSTD_isError(result) != 0) {
    throw std::runtime_error("zstd: " + std::string(ZSTD_getErrorName(result)));
  }
  return result;
}

}  // namespace

struct ZstdCompressor::Stream {
  Stream() : context(ZSTD_createCCtx()) {
    if (context == nullptr) throw std::bad_alloc();
    Checked(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel));
  }
  ~Stream() { ZSTD_freeCCtx(context); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  ZSTD_CCtx* context;
};

ZstdCompressor::ZstdCompressor() = default;
ZstdCompressor::~ZstdCompressor() = default;

void ZstdCompressor::Start(TextBuffer out) {
  if (stream_ == nullptr) stream_ = std::make_unique<Stream>();
  Checked(ZSTD_CCtx_reset(stream_->context, ZSTD_reset_session_only));
  out_ = std::move(out);
  out_.SetSize(0);
}

void ZstdCompressor::Add(std::string_view text) { Run(text, Input::kMore); }

TextBuffer ZstdCompressor::Finish() {
  Run({}, Input::kLast);
  out_.Trim();
  return std::move(out_);
}

void ZstdCompressor::Run(std::string_view text, Input input) {
  const bool last = input == Input::kLast;
  constexpr std::size_t kLeastRoom = 32768;
  ZSTD_inBuffer in = {text.data(), text.size(), 0};
  std::size_t left = 0;  // of what is to be written
  do {
    if (out_.capacity() - out_.size() < kLeastRoom) {
      out_.Reserve(out_.capacity() + std::max(out_.capacity() / 2, 2 * kLeastRoom));
    }
    ZSTD_outBuffer out = {out_.data(), out_.capacity(), out_.size()};
    left = Checked(
        ZSTD_compressStream2(stream_->context, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue));
    out_.SetSize(out.pos);
  } while (in.pos < in.size || (last && left > 0));
}

}  // namespace bpf_exporter::exposition
