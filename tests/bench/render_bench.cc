// SPDX-License-Identifier: Apache-2.0
// A page from a snapshot in each format and encoding, and the encodings beside zlib's level 6.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <stdexcept>

#include "bench/synthetic.h"
#include "exposition/buffer_writer.h"
#include "exposition/format.h"
#include "exposition/number.h"

namespace bpf_exporter::bench {
namespace {

using exposition::Encoding;
using exposition::Format;

void PerRow(benchmark::State& state, std::size_t bytes, std::int64_t rows) {
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["per_row"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsIterationInvariantRate |
                                                        benchmark::Counter::kInvert);
}

std::unique_ptr<SyntheticMap> MapOf(std::int64_t kind, std::int64_t rows) {
  return std::make_unique<SyntheticMap>(static_cast<Kind>(kind), static_cast<std::uint32_t>(rows));
}

exposition::TextBuffer PageOf(exposition::FormatWriter& format, const metrics::Snapshot& snapshot,
                              exposition::TextBuffer memory) {
  exposition::BufferWriter writer(std::move(memory));
  format.Write(snapshot, writer);
  return writer.Finish();
}

// As the page cache makes it: again and again with the same writer, and compressed by turns.
void Page(benchmark::State& state) {
  const auto map = MapOf(state.range(2), state.range(3));
  const auto snapshot = map->collector->Take();
  const auto format = exposition::MakeFormatWriter(static_cast<Format>(state.range(0)));
  const auto compressor = exposition::MakeCompressor(static_cast<Encoding>(state.range(1)));
  exposition::TextBuffer page = PageOf(*format, *snapshot, {});  // the first one encodes labels
  for (auto _ : state) {
    if (compressor == nullptr) {
      page = PageOf(*format, *snapshot, std::move(page));
      continue;
    }
    compressor->Start(std::move(page));
    exposition::CompressingWriter writer(*compressor);
    format->Write(*snapshot, writer);
    writer.Flush();
    page = compressor->Finish();
  }
  PerRow(state, page.size(), state.range(3));
}
BENCHMARK(Page)
    ->ArgNames({"format", "encoding", "kind", "rows"})
    ->ArgsProduct({{0, 2, 3}, {0, 1, 2}, {0, 1, 2, 3}, {100'000}})
    ->ArgsProduct({{0}, {0, 1}, {0, 2, 3}, {1000, 1'000'000}})
    ->Unit(benchmark::kMicrosecond);

// The first page of a writer, or of a server that has not asked for a while.
void FirstPage(benchmark::State& state) {
  const auto map = MapOf(state.range(1), state.range(2));
  const auto snapshot = map->collector->Take();
  exposition::TextBuffer page;
  for (auto _ : state) {
    const auto format = exposition::MakeFormatWriter(static_cast<Format>(state.range(0)));
    page = PageOf(*format, *snapshot, std::move(page));
  }
  PerRow(state, page.size(), state.range(2));
}
BENCHMARK(FirstPage)
    ->ArgNames({"format", "kind", "rows"})
    ->ArgsProduct({{3}, {0, 1, 2, 3}, {100'000}})
    ->Unit(benchmark::kMicrosecond);

// A gzip compressor that everybody has, at its usual level.
class Zlib : public exposition::Compressor {
 public:
  Zlib() {
    constexpr int kGzip = 16;
    if (deflateInit2(&stream_, 6, Z_DEFLATED, kGzip + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("deflateInit2");
    }
  }
  ~Zlib() override { deflateEnd(&stream_); }

  void Start(exposition::TextBuffer out) override {
    deflateReset(&stream_);
    out_ = std::move(out);
  }
  // All of the text at once.
  void Add(std::string_view text) override {
    out_.Reserve(deflateBound(&stream_, text.size()));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.capacity());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
    out_.SetSize(stream_.total_out);
  }
  exposition::TextBuffer Finish() override { return std::move(out_); }

 private:
  z_stream stream_{};
  exposition::TextBuffer out_;
};

// Compressing a text that is there already; the encoding 0 is zlib's.
void Compress(benchmark::State& state) {
  const auto text = exposition::MakeFormatWriter(Format::kText);
  const auto map = MapOf(state.range(1), state.range(2));
  const exposition::TextBuffer plain = PageOf(*text, *map->collector->Take(), {});
  std::unique_ptr<exposition::Compressor> compressor =
      exposition::MakeCompressor(static_cast<Encoding>(state.range(0)));
  if (compressor == nullptr) compressor = std::make_unique<Zlib>();
  exposition::TextBuffer page;
  for (auto _ : state) {
    compressor->Start(std::move(page));
    compressor->Add(plain);
    page = compressor->Finish();
  }
  PerRow(state, page.size(), state.range(2));
}
BENCHMARK(Compress)
    ->ArgNames({"encoding", "kind", "rows"})
    ->ArgsProduct({{0, 1, 2}, {0, 1, 2, 3}, {100'000}})
    ->Unit(benchmark::kMicrosecond);

void Number(benchmark::State& state) {
  std::vector<std::uint64_t> numbers(4096);
  std::uint64_t random = 1;
  for (std::uint64_t& number : numbers) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    number = (random >> 1) >> (state.range(0) + static_cast<std::int64_t>(random % 16));
  }
  char text[exposition::kMaxNumberSize];
  for (auto _ : state) {
    for (const std::uint64_t number : numbers) {
      benchmark::DoNotOptimize(exposition::WriteUnsigned(number, text));
    }
  }
  state.counters["per_number"] = benchmark::Counter(
      static_cast<double>(numbers.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(Number)->ArgName("shift")->Arg(50)->Arg(40)->Arg(32)->Arg(8);

}  // namespace
}  // namespace bpf_exporter::bench
