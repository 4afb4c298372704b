// SPDX-License-Identifier: Apache-2.0
// What a snapshot takes from the heap. Every allocation of this test program is counted here.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "exposition/page_cache.h"
#include "metrics/collector.h"
#include "support/count_allocations.h"
#include "unit/metrics/fakes.h"

namespace bpf_exporter::metrics {
namespace {

#if defined(BPF_EXPORTER_SANITIZED)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// Makes up the rows of a map, so that the map itself takes no memory that could be confused with
// what its snapshots take. A key is a number of 8 bytes, a value 16 bytes of every CPU.
class MadeUpReader : public MapReader {
 public:
  MadeUpReader(std::shared_ptr<std::uint64_t> rows, std::uint32_t cpus, bool is_array)
      : rows_(std::move(rows)), cpus_(cpus), is_array_(is_array) {
    keys_.resize(kBlock);
    values_.resize(kBlock * cpus * 2);
  }
  Status Read(RowSink& sink) override {
    for (std::uint64_t first = 0; first < *rows_; first += kBlock) {
      RowBlock block;
      block.count = std::min<std::uint64_t>(kBlock, *rows_ - first);
      for (std::uint64_t row = 0; row < block.count; ++row) {
        keys_[row] = first + row;
        for (std::uint32_t i = 0; i < cpus_ * 2; ++i) values_[row * cpus_ * 2 + i] = ++value_;
      }
      block.first_index = static_cast<std::uint32_t>(first);
      block.key_stride = 8;
      if (!is_array_) block.keys = reinterpret_cast<const std::byte*>(keys_.data());
      block.values = reinterpret_cast<const std::byte*>(values_.data());
      block.value_stride = 16 * cpus_;
      sink.OnRows(block);
    }
    return {};
  }
  std::uint32_t cpus() const override { return cpus_; }

 private:
  static constexpr std::uint64_t kBlock = 512;
  std::shared_ptr<std::uint64_t> rows_;
  std::uint32_t cpus_;
  bool is_array_;
  std::uint64_t value_ = 0;
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint64_t> values_;
};

plan::MetricPlan Numbers() {
  plan::MetricPlan metric =
      Metric(config::MetricKind::kCounter, "numbers_total", {Label("number", 0, 4, UintDecoder())});
  metric.max_series = 2'000'000;
  return metric;
}

plan::MetricPlan Buckets() {
  plan::MetricPlan metric =
      Metric(config::MetricKind::kHistogram, "buckets", {Label("n", 1, 3, UintDecoder())});
  for (std::uint64_t i = 0; i < 200; ++i) {
    metric.histogram.numbers.push_back(i);
    metric.histogram.bounds.push_back(static_cast<double>(i));
  }
  metric.histogram.sum_number = 200;
  metric.histogram.bucket = Label("bucket", 0, 1, UintDecoder());
  return metric;
}

plan::MetricPlan Arrays() {
  plan::MetricPlan metric =
      Metric(config::MetricKind::kHistogram, "arrays", {Label("n", 1, 3, UintDecoder())});
  metric.histogram.numbers = {0, 1, 2};
  metric.histogram.bounds = {1, 2, 3};
  metric.histogram.array = plan::ValueField{0, 4, false};
  metric.histogram.array_size = 3;
  return metric;
}

struct Made {
  Made(std::uint64_t count, std::uint32_t cpus, bool is_array,
       std::vector<plan::MetricPlan> metrics)
      : rows(std::make_shared<std::uint64_t>(count)) {
    auto source = Source("map", nullptr, is_array ? 4 : 8, 16, std::move(metrics));
    source.reader = std::make_unique<MadeUpReader>(rows, cpus, is_array);
    collector = std::make_unique<Collector>(SourceList(std::move(source)));
  }
  std::shared_ptr<std::uint64_t> rows;
  std::unique_ptr<Collector> collector;
};

// Allocations of one more snapshot and its pages, when the same keys have been seen before.
std::size_t AllocationsOf(std::uint64_t rows, std::uint32_t cpus, bool is_array) {
  Made made(rows, cpus, is_array, {Numbers(), Buckets(), Arrays()});
  exposition::PageCache pages;
  std::size_t before = 0;
  for (int i = 0; i < 4; ++i) {
    before = allocations;
    const auto snapshot = made.collector->Take();
    pages.Get(snapshot, {.encoding = exposition::Encoding::kIdentity});
    pages.Get(snapshot, {.encoding = exposition::Encoding::kGzip});
  }
  return allocations - before;
}

TEST(Memory, ASteadySnapshotAllocatesNothingPerRow) {
  for (const bool is_array : {false, true}) {
    for (const std::uint32_t cpus : {1, 3}) {
      const std::size_t few = AllocationsOf(1000, cpus, is_array);
      const std::size_t many = AllocationsOf(30'000, cpus, is_array);
      // A histogram's line heads and bounds are made for each page; nothing else is.
      EXPECT_LT(few, 500u);
      EXPECT_EQ(few, many) << "array " << is_array << " cpus " << cpus;
    }
  }
}

std::size_t ResidentKib() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}

TEST(Memory, ComesBackAfterABurstOfKeys) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep freed memory";
  Made made(1000, 1, false, {Numbers()});
  exposition::PageCache pages;
  const auto scrape = [&] {
    const auto snapshot = made.collector->Take();
    pages.Get(snapshot, {.encoding = exposition::Encoding::kIdentity});
    return pages.Get(snapshot, {.encoding = exposition::Encoding::kGzip});
  };
  for (int i = 0; i < 3; ++i) scrape();
  const std::size_t before = ResidentKib();
  *made.rows = 400'000;
  for (int i = 0; i < 2; ++i) scrape();
  EXPECT_GT(ResidentKib(), 3 * before) << "the burst is too small to show anything";
  *made.rows = 1000;
  for (int i = 0; i < 3; ++i) scrape();
  EXPECT_LE(ResidentKib(), before + before / 2);
}

}  // namespace
}  // namespace bpf_exporter::metrics
