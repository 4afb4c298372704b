// SPDX-License-Identifier: Apache-2.0
// What the less obvious ways of the code buy over the obvious ones: a comment at each names it. For
// each, the plain way and ours on the same work.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "exposition/number.h"
#include "exposition/text_buffer.h"
#include "metrics/key_slots.h"
#include "metrics/label_set.h"

namespace bpf_exporter::bench {
namespace {

constexpr std::size_t kCount = 4096;

std::vector<std::uint32_t> Cells() {
  std::vector<std::uint32_t> cells(kCount);
  std::uint64_t random = 1;
  for (std::uint32_t& cell : cells) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    cell = static_cast<std::uint32_t>(random >> 40);
  }
  return cells;
}

// metric_fold.cc: the series of a cell, by division and by multiplication.
void SeriesByDivision(benchmark::State& state) {
  const std::vector<std::uint32_t> cells = Cells();
  auto stride = static_cast<std::uint32_t>(state.range(0));
  benchmark::DoNotOptimize(stride);
  for (auto _ : state) {
    for (const std::uint32_t cell : cells) benchmark::DoNotOptimize(cell / stride);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(SeriesByDivision)->Arg(29);

void SeriesByMultiplication(benchmark::State& state) {
  __extension__ using Wide = unsigned __int128;
  const std::vector<std::uint32_t> cells = Cells();
  std::uint64_t reciprocal = ~std::uint64_t{0} / static_cast<std::uint64_t>(state.range(0)) + 1;
  benchmark::DoNotOptimize(reciprocal);
  for (auto _ : state) {
    for (const std::uint32_t cell : cells) {
      benchmark::DoNotOptimize(
          static_cast<std::uint32_t>(static_cast<Wide>(cell) * reciprocal >> 64));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(SeriesByMultiplication)->Arg(29);

// text_buffer.h: memory that grows to a page of 8 MB in steps, and is filled.
template <typename Grow>
void GrowToPage(benchmark::State& state, Grow&& grow) {
  constexpr std::size_t kPage = std::size_t{8} << 20;
  for (auto _ : state) grow(kPage);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kPage));
}

void PageInString(benchmark::State& state) {
  GrowToPage(state, [](std::size_t page) {
    std::string text;
    for (std::size_t size = 65536; size <= page; size *= 2) {
      const std::size_t used = text.size();
      text.resize(size);
      std::memset(text.data() + used, 'x', size - used);
      benchmark::DoNotOptimize(text.data());
      benchmark::ClobberMemory();
    }
    benchmark::DoNotOptimize(text.data());
  });
}
BENCHMARK(PageInString)->Unit(benchmark::kMicrosecond);

void PageInTextBuffer(benchmark::State& state) {
  GrowToPage(state, [](std::size_t page) {
    exposition::TextBuffer text;
    for (std::size_t size = 65536; size <= page; size *= 2) {
      const std::size_t used = text.size();
      text.Reserve(size);
      std::memset(text.data() + used, 'x', size - used);
      benchmark::DoNotOptimize(text.data());
      benchmark::ClobberMemory();
      text.SetSize(size);
    }
    benchmark::DoNotOptimize(text.data());
  });
}
BENCHMARK(PageInTextBuffer)->Unit(benchmark::kMicrosecond);

// number.cc: integers of 1 to 20 digits, as std::to_chars writes them once they are doubles (those
// above 2^53 lose digits), and ours.
std::vector<std::uint64_t> Numbers() {
  std::vector<std::uint64_t> numbers(kCount);
  std::uint64_t random = 1;
  for (std::uint64_t& number : numbers) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    number = random >> (random >> 33) % 60;
  }
  return numbers;
}

void NumberByWayOfDouble(benchmark::State& state) {
  const std::vector<std::uint64_t> numbers = Numbers();
  char text[exposition::kMaxNumberSize];
  for (auto _ : state) {
    for (const std::uint64_t number : numbers) {
      benchmark::DoNotOptimize(exposition::WriteDouble(static_cast<double>(number), text));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(NumberByWayOfDouble);

void NumberByDigits8(benchmark::State& state) {
  const std::vector<std::uint64_t> numbers = Numbers();
  char text[exposition::kMaxNumberSize];
  for (auto _ : state) {
    for (const std::uint64_t number : numbers) {
      benchmark::DoNotOptimize(exposition::WriteUnsigned(number, text));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(NumberByDigits8);

// key_slots.h: 100,000 keys of 24 bytes in the order of the last walk, and in another order, in
// which nearly every key is hashed.
void FindKeys(benchmark::State& state, std::size_t step) {
  constexpr std::size_t kKeys = 100'000;
  constexpr std::size_t kKeySize = 24;
  const auto keys_by = [](std::size_t by) {
    std::vector<std::byte> keys(kKeys * kKeySize);
    for (std::size_t i = 0; i < kKeys; ++i) {
      const std::uint64_t number = i * by % kKeys;
      std::memcpy(&keys[i * kKeySize], &number, sizeof(number));
    }
    return keys;
  };
  const std::vector<std::byte> orders[] = {keys_by(1), keys_by(step)};
  metrics::KeySlots slots(kKeySize);
  std::vector<std::uint32_t> found(kKeys);
  std::size_t walk = 0;
  const auto find = [&] {
    slots.BeginWalk();
    slots.Find(orders[walk++ % 2].data(), kKeySize, kKeys, found.data());
    slots.EndWalk();
  };
  for (int i = 0; i < 4; ++i) find();
  for (auto _ : state) find();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kKeys));
}
BENCHMARK_CAPTURE(FindKeys, in_the_order_of_last_time, 1);
BENCHMARK_CAPTURE(FindKeys, in_another_order, 7919);

// label_set.h: what a format pays that wants names and values apart.
void LabelsApart(benchmark::State& state) {
  std::string text;
  metrics::AppendLabel("comm", "worker-123", text);
  metrics::AppendLabel("id", "1234567", text);
  metrics::AppendLabel("op", "read", text);
  for (auto _ : state) {
    metrics::LabelSet(text).ForEachLabel([](std::string_view name, std::string_view value) {
      benchmark::DoNotOptimize(name);
      benchmark::DoNotOptimize(value);
    });
  }
}
BENCHMARK(LabelsApart);

}  // namespace
}  // namespace bpf_exporter::bench
