// SPDX-License-Identifier: Apache-2.0
// A page from a snapshot: as text, and compressed.
#include <benchmark/benchmark.h>

#include "bench/synthetic.h"
#include "exposition/buffer_writer.h"
#include "exposition/gzip.h"
#include "exposition/number.h"
#include "exposition/text_page.h"

namespace bpf_exporter::bench {
namespace {

void PerRow(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["per_row"] = benchmark::Counter(
      static_cast<double>(state.range(1)),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

exposition::TextBuffer TextOf(const metrics::Snapshot& snapshot, exposition::TextBuffer memory) {
  exposition::BufferWriter writer(std::move(memory));
  exposition::TextPage({}).Write(snapshot, writer);
  return writer.Finish();
}

void Text(benchmark::State& state) {
  SyntheticMap map(static_cast<Kind>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
  const auto snapshot = map.collector->Take();
  exposition::TextBuffer page;
  for (auto _ : state) page = TextOf(*snapshot, std::move(page));
  PerRow(state, page.size());
}
BENCHMARK(Text)
    ->ArgNames({"kind", "rows"})
    ->ArgsProduct({{0, 2, 3}, {1000, 100'000, 1'000'000}})
    ->Unit(benchmark::kMicrosecond);

// Writing and compressing by turns, as the page cache does it.
void Gzip(benchmark::State& state) {
  SyntheticMap map(static_cast<Kind>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
  const auto snapshot = map.collector->Take();
  exposition::GzipCompressor compressor;
  exposition::TextBuffer page;
  for (auto _ : state) {
    compressor.Start(std::move(page));
    exposition::CompressingWriter writer(compressor);
    exposition::TextPage({}).Write(*snapshot, writer);
    writer.Flush();
    page = compressor.Finish();
  }
  PerRow(state, page.size());
}
BENCHMARK(Gzip)
    ->ArgNames({"kind", "rows"})
    ->ArgsProduct({{0, 2, 3}, {1000, 100'000, 1'000'000}})
    ->Unit(benchmark::kMicrosecond);

// Compressing a text that is there already.
void Compress(benchmark::State& state) {
  SyntheticMap map(static_cast<Kind>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
  const exposition::TextBuffer text = TextOf(*map.collector->Take(), {});
  exposition::GzipCompressor compressor;
  exposition::TextBuffer page;
  for (auto _ : state) {
    compressor.Start(std::move(page));
    compressor.Add(text);
    page = compressor.Finish();
  }
  PerRow(state, page.size());
}
BENCHMARK(Compress)
    ->ArgNames({"kind", "rows"})
    ->ArgsProduct({{0, 2, 3}, {100'000}})
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
