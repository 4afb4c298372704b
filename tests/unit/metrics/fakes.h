// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/decoder.h"
#include "metrics/collector.h"
#include "metrics/map_reader.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// The bytes of numbers and texts one after the other, as a program would lay out a packed struct.
template <typename T>
std::string Bytes(T value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}
inline std::string Padded(std::string text, std::size_t size) {
  text.resize(size, '\0');
  return text;
}

// What a map holds; the test changes it between snapshots.
struct FakeMap {
  struct Row {
    std::string key;    // unused in arrays
    std::string value;  // of all CPUs
  };
  std::vector<Row> rows;
  bool is_array = false;
  std::uint32_t cpus = 1;
  std::size_t rows_a_block = 1000;
  std::size_t fail_after = ~std::size_t{0};  // rows; then the read fails
  std::string error = "batch lookup: Operation not permitted";
};

// Reads a FakeMap through a buffer of its own that is only valid during the call.
class FakeReader : public MapReader {
 public:
  explicit FakeReader(std::shared_ptr<FakeMap> map) : map_(std::move(map)) {}

  Status Read(RowSink& sink) override {
    for (std::size_t first = 0; first < map_->rows.size(); first += map_->rows_a_block) {
      if (first >= map_->fail_after) return Error{map_->error};
      const std::size_t end = std::min(first + map_->rows_a_block, map_->rows.size());
      std::string keys;
      std::string values;
      for (std::size_t row = first; row < end; ++row) {
        keys += map_->rows[row].key;
        values += map_->rows[row].value;
      }
      RowBlock block;
      block.count = end - first;
      block.first_index = static_cast<std::uint32_t>(first);
      block.value_stride = values.size() / block.count;
      block.values = reinterpret_cast<const std::byte*>(values.data());
      if (!map_->is_array) {
        block.key_stride = keys.size() / block.count;
        block.keys = reinterpret_cast<const std::byte*>(keys.data());
      }
      sink.OnRows(block);
    }
    if (map_->fail_after != ~std::size_t{0}) return Error{map_->error};
    return {};
  }
  std::uint32_t cpus() const override { return map_->cpus; }

 private:
  std::shared_ptr<FakeMap> map_;
};

// A decoder that does what the test says.
class ScriptedDecoder : public decode::Decoder {
 public:
  using Script = std::function<decode::Decoded(std::string_view, std::string&)>;
  explicit ScriptedDecoder(Script script) : script_(std::move(script)) {}
  decode::Decoded Decode(std::string_view in, std::string& out) const override {
    return script_(in, out);
  }

 private:
  Script script_;
};

inline std::shared_ptr<const decode::Decoder> Scripted(ScriptedDecoder::Script script) {
  return std::make_shared<ScriptedDecoder>(std::move(script));
}

// Little-endian bytes to decimal text.
inline std::shared_ptr<const decode::Decoder> UintDecoder() {
  return Scripted([](std::string_view in, std::string& out) {
    std::uint64_t number = 0;
    std::memcpy(&number, in.data(), in.size());
    out = std::to_string(number);
    return decode::Decoded::kOk;
  });
}

// Bytes up to the first NUL.
inline std::shared_ptr<const decode::Decoder> TextDecoder() {
  return Scripted([](std::string_view in, std::string& out) {
    out = in.substr(0, in.find('\0'));
    return decode::Decoded::kOk;
  });
}

inline plan::LabelPlan Label(std::string name, std::uint32_t offset, std::uint32_t size,
                             std::shared_ptr<const decode::Decoder> decoder) {
  plan::LabelPlan label;
  label.name = std::move(name);
  label.offset = offset;
  label.size = size;
  label.decoders.push_back(std::move(decoder));
  return label;
}

inline plan::LabelPlan CpuLabel(std::shared_ptr<const decode::Decoder> decoder = UintDecoder()) {
  plan::LabelPlan label = Label("cpu", 0, 2, std::move(decoder));
  label.is_cpu = true;
  return label;
}

inline plan::MetricPlan Metric(config::MetricKind kind, std::string family,
                               std::vector<plan::LabelPlan> labels) {
  plan::MetricPlan metric;
  metric.kind = kind;
  metric.config = "test";
  metric.family = std::move(family);
  metric.help = "Help";
  metric.labels = std::move(labels);
  return metric;
}

inline MapToRead Source(std::string map_name, std::shared_ptr<FakeMap> map, std::uint32_t key_size,
                        std::uint32_t value_size, std::vector<plan::MetricPlan> metrics) {
  MapToRead source;
  source.config = "test";
  source.plan.layout.name = std::move(map_name);
  source.plan.layout.key_size = key_size;
  source.plan.layout.value_size = value_size;
  source.plan.layout.max_entries = 1'000'000;
  for (plan::MetricPlan& metric : metrics) {
    source.plan.metrics.push_back(std::make_shared<const plan::MetricPlan>(std::move(metric)));
  }
  source.reader = std::make_unique<FakeReader>(std::move(map));
  return source;
}

template <typename... Sources>
std::vector<MapToRead> SourceList(Sources&&... sources) {
  std::vector<MapToRead> all;
  (all.push_back(std::forward<Sources>(sources)), ...);
  return all;
}

}  // namespace bpf_exporter::metrics
