// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decode/decoder.h"
#include "decode/table.h"
#include "host/host.h"
#include "metrics/collector.h"
#include "metrics/map_reader.h"
#include "plan/plan.h"

// Maps like those of a busy host, but in our own memory: what is measured is only our part.
namespace bpf_exporter::bench {

enum class Kind { kHash, kPercpu, kArray, kHistogram, kValueHistogram };

// 24 bytes: u32 id, u32 operation, char comm[16]. The histogram's: u32 device, u32 operation, u64.
constexpr std::size_t kKeySize = 24;
constexpr std::uint32_t kCpus = 2;
constexpr std::uint32_t kBuckets = 27;

inline std::uint32_t CpusOf(Kind kind) { return kind == Kind::kPercpu ? kCpus : 1; }
inline std::uint32_t KeySizeOf(Kind kind) {
  return kind == Kind::kArray ? 4 : kind == Kind::kHistogram ? 16 : kKeySize;
}
inline std::uint32_t ValueSizeOf(Kind kind) {
  return kind == Kind::kValueHistogram ? kBuckets * 8 : 8;
}

// Hands out the same rows again and again in blocks, as batches of the kernel come.
class SyntheticReader : public metrics::MapReader {
 public:
  SyntheticReader(Kind kind, std::uint32_t rows) : kind_(kind), rows_(rows) {
    keys_.resize(std::size_t{rows} * KeySizeOf(kind));
    values_.resize(std::size_t{rows} * ValueSizeOf(kind) / 8 * CpusOf(kind));
    for (std::uint32_t row = 0; row < rows; ++row) {
      char* key = &keys_[std::size_t{row} * KeySizeOf(kind)];
      const std::uint32_t id = kind == Kind::kHistogram ? row / (2 * kBuckets) : row * 7919;
      const std::uint32_t operation = kind == Kind::kHistogram ? row / kBuckets % 2 : row % 2;
      std::memcpy(key, &id, 4);
      if (kind != Kind::kArray) std::memcpy(key + 4, &operation, 4);
      if (kind == Kind::kHistogram) {
        const std::uint64_t bucket = row % kBuckets;
        std::memcpy(key + 8, &bucket, 8);
      } else if (kind != Kind::kArray) {
        std::snprintf(key + 8, 16, "worker-%u", row % 997);
      }
    }
  }

  Status Read(metrics::RowSink& sink) override {
    ++reads_;
    constexpr std::uint32_t kBlock = 4096;
    const std::size_t stride = std::size_t{ValueSizeOf(kind_)} * CpusOf(kind_);
    for (std::uint32_t first = 0; first < rows_; first += kBlock) {
      metrics::RowBlock block;
      block.count = std::min(kBlock, rows_ - first);
      block.first_index = first;
      block.key_stride = KeySizeOf(kind_);
      if (kind_ != Kind::kArray) {
        block.keys = reinterpret_cast<const std::byte*>(&keys_[first * block.key_stride]);
      }
      block.value_stride = stride;
      block.values = reinterpret_cast<const std::byte*>(values_.data()) + first * stride;
      sink.OnRows(block);
    }
    return {};
  }
  std::uint32_t cpus() const override { return CpusOf(kind_); }

  // Other values for all rows, of about as many digits as a host that has been up for days.
  void ChangeValues() {
    std::uint64_t state = reads_ + 1;
    for (std::uint64_t& value : values_) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      value = (state >> 33) >> (state % 16);
    }
  }

  // One of `one_in` keys, here and there, goes and another takes its place. Not for arrays.
  void ReplaceKeys(std::uint32_t one_in) {
    for (std::uint32_t row = 0; row < rows_; ++row) {
      if ((row + reads_) % one_in != 0) continue;
      std::uint32_t id;
      std::memcpy(&id, &keys_[std::size_t{row} * KeySizeOf(kind_)], 4);
      id += 1;
      std::memcpy(&keys_[std::size_t{row} * KeySizeOf(kind_)], &id, 4);
    }
  }

 private:
  Kind kind_;
  std::uint32_t rows_;
  std::uint64_t reads_ = 0;
  std::vector<char> keys_;
  std::vector<std::uint64_t> values_;
};

inline std::shared_ptr<const decode::Decoder> NewDecoder(const char* name, std::uint32_t size) {
  static host::Host host;
  config::DecoderSpec spec;
  spec.name.value = name;
  if (spec.name.value == "static_map") spec.static_map = {{"0", "read"}, {"1", "write"}};
  return decode::MakeDecoder(spec, {size, false}, host).value();
}

inline plan::LabelPlan Label(std::string name, std::uint32_t offset, std::uint32_t size,
                             std::vector<const char*> decoders) {
  plan::LabelPlan label;
  label.name = std::move(name);
  label.offset = offset;
  label.size = size;
  std::uint32_t input = size;
  for (const char* decoder : decoders) {
    label.decoders.push_back(NewDecoder(decoder, std::exchange(input, 0)));
  }
  return label;
}

inline std::shared_ptr<plan::MetricPlan> MakeMetric(Kind kind) {
  auto metric = std::make_shared<plan::MetricPlan>();
  metric->config = "bench";
  metric->family = "ebpf_exporter_bench_ops_total";
  metric->help = "Operations";
  metric->max_series = 2'000'000;
  if (kind == Kind::kArray) {
    metric->labels = {Label("slot", 0, 4, {"uint"})};
    return metric;
  }
  metric->labels = {Label("id", 0, 4, {"uint"}), Label("op", 4, 4, {"uint", "static_map"})};
  if (kind != Kind::kHistogram) {
    metric->labels.insert(metric->labels.begin(), Label("comm", 8, 16, {"string"}));
  }
  if (kind == Kind::kHistogram || kind == Kind::kValueHistogram) {
    metric->kind = config::MetricKind::kHistogram;
    // One in bytes, which is a native histogram too, and one in microseconds.
    metric->family = kind == Kind::kHistogram ? "ebpf_exporter_bench_size_bytes"
                                              : "ebpf_exporter_bench_latency_seconds";
    plan::HistogramPlan& histogram = metric->histogram;
    histogram.sum_number = kBuckets;
    histogram.multiplier = kind == Kind::kHistogram ? 1 : 1e-6;
    for (std::uint32_t i = 0; i < kBuckets; ++i) {
      histogram.numbers.push_back(i);
      histogram.bounds.push_back(static_cast<double>(std::uint64_t{1} << i) * histogram.multiplier);
    }
    if (kind == Kind::kHistogram) {
      histogram.native = plan::NativeBuckets{0, 1};
      histogram.bucket = Label("bucket", 8, 8, {"uint"});
    } else {
      histogram.array = plan::ValueField{};
      histogram.array_size = kBuckets;
    }
  }
  return metric;
}

// A collector of one such map, and its reader.
struct SyntheticMap {
  SyntheticMap(Kind kind, std::uint32_t rows) {
    metrics::MapToRead source;
    source.config = "bench";
    source.counted_since = std::chrono::system_clock::now();
    source.plan.layout.name = "bench";
    source.plan.layout.key_size = KeySizeOf(kind);
    source.plan.layout.value_size = ValueSizeOf(kind);
    source.plan.metrics.push_back(MakeMetric(kind));
    auto made = std::make_unique<SyntheticReader>(kind, rows);
    reader = made.get();
    reader->ChangeValues();
    source.reader = std::move(made);
    std::vector<metrics::MapToRead> sources;
    sources.push_back(std::move(source));
    collector = std::make_unique<metrics::Collector>(std::move(sources));
  }
  SyntheticReader* reader = nullptr;  // the collector's
  std::unique_ptr<metrics::Collector> collector;
};

}  // namespace bpf_exporter::bench
