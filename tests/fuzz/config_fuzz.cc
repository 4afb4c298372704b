// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration: no crash, no endless work, and what comes out keeps its promises.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "config/names.h"
#include "config/parse.h"

namespace bpf_exporter {
namespace {

void Check(bool promise, const char* text) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %s\n", text);
  std::abort();
}

void CheckText(std::string_view text) {
  Check(text.empty() || text.ends_with('\n'), "diagnostics end their last line");
  while (!text.empty()) {
    const std::size_t size = Utf8CharacterSize(text);
    Check(size > 0, "diagnostics are UTF-8");
    Check(text[0] == '\n' || !IsControl(text, size), "diagnostics have no control characters");
    text.remove_prefix(size);
  }
}

void CheckHistogram(const config::MetricSpec& metric) {
  const config::HistogramSpec& histogram = metric.histogram;
  Check(histogram.multiplier >= 0 && std::isfinite(histogram.multiplier), "multiplier");
  Check(!metric.labels.empty() || histogram.InValue(), "a histogram has a bucket");
  if (histogram.type == config::BucketType::kFixed) {
    Check(!histogram.keys.empty() && histogram.keys.size() <= 1024, "fixed buckets");
  } else if (!histogram.max) {
    Check(histogram.InValue(), "only an array has a last bucket of its own");
  } else {
    Check(*histogram.max > histogram.min.value_or(0), "range of buckets");
    Check(*histogram.max - histogram.min.value_or(0) < 1024, "number of buckets");
  }
}

void CheckConfig(const config::Config& config) {
  for (const config::MetricSpec& metric : config.metrics) {
    Check(config::IsMetricName(metric.name.value), "metric name");
    Check(!metric.help.empty(), "help");
    for (const config::LabelSpec& label : metric.labels) {
      Check(config::IsLabelName(label.name.value), "label name");
    }
    if (metric.kind == config::MetricKind::kHistogram) CheckHistogram(metric);
  }
  for (const config::ProbeSpec& probe : config.probes) {
    Check(!probe.program.value.empty(), "program");
    Check(probe.at.line > 0 || probe.disabled, "probe");
  }
  for (const config::EitherOfSpec& group : config.either_of) {
    Check(group.alternatives.size() > 1, "alternatives");
    for (const std::vector<config::Text>& programs : group.alternatives) {
      Check(!programs.empty() && !programs.front().value.empty(), "alternative");
    }
  }
}

}  // namespace
}  // namespace bpf_exporter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bpf_exporter;
  const std::string source(reinterpret_cast<const char*>(data), size);
  config::Diagnostics diagnostics("fuzz.yaml", source);
  const std::optional<config::Config> config =
      config::ParseConfig("fuzz", "fuzz.yaml", source, diagnostics);
  Check(config.has_value() != diagnostics.has_errors(), "either a configuration or an error");
  CheckText(diagnostics.Render());
  if (config) CheckConfig(*config);
  return 0;
}
