// SPDX-License-Identifier: Apache-2.0
// The text of one key's labels: what a key costs once, when it is new.
#include <benchmark/benchmark.h>

#include "bench/synthetic.h"
#include "metrics/label_text.h"

namespace bpf_exporter::bench {
namespace {

void Labels(benchmark::State& state) {
  const auto metric = MakeMetric(Kind::kHash);
  char key[kKeySize] = {1, 2, 3, 0, 1, 0, 0, 0, 'w', 'o', 'r', 'k', 'e', 'r', '-', '7'};
  metrics::LabelText labels;
  for (auto _ : state) {
    benchmark::DoNotOptimize(labels.Build(*metric, reinterpret_cast<const std::byte*>(key), 0));
    ++key[0];
  }
}
BENCHMARK(Labels);

void OneLabel(benchmark::State& state, const char* decoder, std::uint32_t size) {
  plan::MetricPlan metric;
  metric.labels = {Label("label", 0, size, {decoder})};
  char key[16] = {10, 1, 2, 3};
  metrics::LabelText labels;
  for (auto _ : state) {
    benchmark::DoNotOptimize(labels.Build(metric, reinterpret_cast<const std::byte*>(key), 0));
    ++key[0];
  }
}
BENCHMARK_CAPTURE(OneLabel, uint, "uint", 8);
BENCHMARK_CAPTURE(OneLabel, int, "int", 4);
BENCHMARK_CAPTURE(OneLabel, string, "string", 16);
BENCHMARK_CAPTURE(OneLabel, hex, "hex", 16);
BENCHMARK_CAPTURE(OneLabel, inet_ip_4, "inet_ip", 4);
BENCHMARK_CAPTURE(OneLabel, inet_ip_6, "inet_ip", 16);

}  // namespace
}  // namespace bpf_exporter::bench
