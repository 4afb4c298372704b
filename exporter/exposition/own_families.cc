// SPDX-License-Identifier: Apache-2.0
#include "exposition/own_families.h"

#include <prometheus/metric_family.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "exposition/number.h"
#include "metrics/label_text.h"

namespace bpf_exporter::exposition {
namespace {

std::string NumberText(double number) {
  char text[kLongestNumber];
  return {text, WriteDouble(number, text)};
}

std::string NumberText(std::uint64_t number) {
  char text[kLongestNumber];
  return {text, WriteUnsigned(number, text)};
}

// One line: name, suffix, the metric's labels and, if it has a name, one label more.
void WriteLine(const prometheus::MetricFamily& family, const prometheus::ClientMetric& metric,
               std::string_view suffix, std::string_view extra_name, std::string_view extra_value,
               const std::string& number, PageWriter& writer) {
  std::string line = family.name;
  line += suffix;
  char before = '{';
  const auto add = [&](std::string_view name, std::string_view value) {
    line += before;
    line.append(name).append("=\"");
    metrics::AppendEscaped(value, line);
    line += '"';
    before = ',';
  };
  for (const auto& label : metric.label) add(label.name, label.value);
  if (!extra_name.empty()) add(extra_name, extra_value);
  if (before == ',') line += '}';
  line.append(" ").append(number);
  if (metric.timestamp_ms != 0) line.append(" ").append(std::to_string(metric.timestamp_ms));
  line += '\n';
  writer.Write(line);
}

std::string_view TypeName(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Gauge:
      return "gauge";
    case prometheus::MetricType::Summary:
      return "summary";
    case prometheus::MetricType::Histogram:
      return "histogram";
    case prometheus::MetricType::Untyped:
      break;
  }
  return "untyped";
}

}  // namespace

std::vector<OwnFamily> OwnFamilies(const metrics::Snapshot& snapshot) {
  std::vector<OwnFamily> families;
  for (const prometheus::MetricFamily& family : snapshot.own) {
    if (family.metric.empty()) continue;
    families.push_back({family.name, family.help, TypeName(family.type), &family});
  }
  std::stable_sort(families.begin(), families.end(),
                   [](const OwnFamily& a, const OwnFamily& b) { return a.name < b.name; });
  return families;
}

void WriteSamples(const OwnFamily& own, PageWriter& writer) {
  const prometheus::MetricFamily& family = *own.family;
  for (const prometheus::ClientMetric& metric : family.metric) {
    const auto write = [&](std::string_view suffix, const std::string& number,
                           std::string_view extra_name = {}, std::string_view extra_value = {}) {
      WriteLine(family, metric, suffix, extra_name, extra_value, number, writer);
    };
    switch (family.type) {
      case prometheus::MetricType::Counter:
        write("", NumberText(metric.counter.value));
        break;
      case prometheus::MetricType::Gauge:
        write("", NumberText(metric.gauge.value));
        break;
      case prometheus::MetricType::Untyped:
        write("", NumberText(metric.untyped.value));
        break;
      case prometheus::MetricType::Summary:
        for (const auto& quantile : metric.summary.quantile) {
          write("", NumberText(quantile.value), "quantile", NumberText(quantile.quantile));
        }
        write("_sum", NumberText(metric.summary.sample_sum));
        write("_count", NumberText(metric.summary.sample_count));
        break;
      case prometheus::MetricType::Histogram: {
        bool infinite = false;
        for (const auto& bucket : metric.histogram.bucket) {
          infinite = std::isinf(bucket.upper_bound);
          write("_bucket", NumberText(bucket.cumulative_count), "le",
                NumberText(bucket.upper_bound));
        }
        if (!infinite) write("_bucket", NumberText(metric.histogram.sample_count), "le", "+Inf");
        write("_sum", NumberText(metric.histogram.sample_sum));
        write("_count", NumberText(metric.histogram.sample_count));
        break;
      }
    }
  }
}

}  // namespace bpf_exporter::exposition
