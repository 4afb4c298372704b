// SPDX-License-Identifier: Apache-2.0
// A snapshot without the kernel: finding keys, adding values.
#include <benchmark/benchmark.h>

#include "bench/synthetic.h"

namespace bpf_exporter::bench {
namespace {

void PerRow(benchmark::State& state, std::int64_t rows) {
  state.counters["per_row"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsIterationInvariantRate |
                                                        benchmark::Counter::kInvert);
}

// The same keys as the last time, in the same order.
void Steady(benchmark::State& state) {
  const auto kind = static_cast<Kind>(state.range(0));
  SyntheticMap map(kind, static_cast<std::uint32_t>(state.range(1)));
  for (int i = 0; i < 3; ++i) map.collector->Take();
  for (auto _ : state) benchmark::DoNotOptimize(map.collector->Take());
  PerRow(state, state.range(1));
}
BENCHMARK(Steady)
    ->ArgNames({"kind", "rows"})
    ->ArgsProduct({{0, 1, 2, 3}, {1000, 100'000, 1'000'000}})
    ->Args({4, 10'000})
    ->Unit(benchmark::kMicrosecond);

// Keys that nobody has seen: all are decoded.
void First(benchmark::State& state) {
  const auto kind = static_cast<Kind>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    SyntheticMap map(kind, static_cast<std::uint32_t>(state.range(1)));
    state.ResumeTiming();
    benchmark::DoNotOptimize(map.collector->Take());
  }
  PerRow(state, state.range(1));
}
BENCHMARK(First)
    ->ArgNames({"kind", "rows"})
    ->ArgsProduct({{0, 1, 2, 3}, {100'000}})
    ->Unit(benchmark::kMicrosecond);

// One of so many keys has been replaced since the last snapshot.
void Churn(benchmark::State& state) {
  SyntheticMap map(Kind::kHash, static_cast<std::uint32_t>(state.range(1)));
  for (int i = 0; i < 3; ++i) map.collector->Take();
  for (auto _ : state) {
    state.PauseTiming();
    map.reader->ReplaceKeys(static_cast<std::uint32_t>(state.range(0)));
    state.ResumeTiming();
    benchmark::DoNotOptimize(map.collector->Take());
  }
  PerRow(state, state.range(1));
}
BENCHMARK(Churn)
    ->ArgNames({"one_in", "rows"})
    ->ArgsProduct({{1, 10, 100}, {100'000}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bpf_exporter::bench
