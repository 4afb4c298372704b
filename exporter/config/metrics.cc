// SPDX-License-Identifier: Apache-2.0
// Tests: own_keys_test.cc, wrong_files_test.cc
#include "config/metrics.h"

#include <fmt/format.h>

#include <limits>

#include "base/text.h"
#include "config/constants.h"
#include "config/histogram.h"
#include "config/labels.h"
#include "config/names.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

Text ReadMetricName(const Field& field) {
  Text name = ReadNonEmpty(field);
  if (!name.value.empty() && !IsMetricName(name.value)) {
    field.Error(fmt::format("{} is not a metric name: letters, digits, _ and :, no digit first",
                            Quoted(name.value)));
  }
  return name;
}

std::string ReadHelp(const Field& field) {
  std::string help = ReadProse(field);
  if (field.node.kind == Node::Kind::kScalar && help.empty()) {
    field.Error("help: the text is empty");
  }
  return help;
}

std::optional<std::uint32_t> ReadMaxSeries(const Field& field) {
  const auto series = ReadInteger(field, 1, std::numeric_limits<std::uint32_t>::max());
  if (!series) return std::nullopt;
  return static_cast<std::uint32_t>(*series);
}

// Reads a field of a struct value, or the fields that hold buckets and sum.
void ReadHistogramValue(const Field& field, MetricSpec& metric) {
  if (field.node.kind == Node::Kind::kScalar) {
    metric.value = ReadNonEmpty(field);
  } else if (ReadMapping(field, kArrayValueMapping, metric.histogram)) {
    Require(field, "a histogram's value", {"buckets"});
  }
}

using Metric = Key<MetricSpec>;
constexpr Metric kName = {"name",
                          [](const Field& f, MetricSpec& m) { m.name = ReadMetricName(f); }};
constexpr Metric kHelp = {"help", [](const Field& f, MetricSpec& m) { m.help = ReadHelp(f); }};
constexpr Metric kMap = {"map", [](const Field& f, MetricSpec& m) { m.map = ReadNonEmpty(f); }};
constexpr Metric kValue = {"value",
                           [](const Field& f, MetricSpec& m) { m.value = ReadNonEmpty(f); }};
constexpr Metric kSkipZero = {"skip_zero",
                              [](const Field& f, MetricSpec& m) { m.skip_zero = ReadBool(f); }};
constexpr Metric kMaxSeries = {
    "max_series", [](const Field& f, MetricSpec& m) { m.max_series = ReadMaxSeries(f); }};
constexpr Metric kLabels = {"labels",
                            [](const Field& f, MetricSpec& m) { m.labels = ReadLabels(f); }};
constexpr Metric kWhen = {"when",
                          [](const Field& f, MetricSpec& m) { ReadCondition(f, m.condition); }};
constexpr Metric kUnless = {"unless",
                            [](const Field& f, MetricSpec& m) { ReadCondition(f, m.condition); }};

// Configurations for early versions of ebpf_exporter still have it.
constexpr Metric kTable = {"table", [](const Field& f, MetricSpec&) {
                             const std::string table = ReadNonEmpty(f).value;
                             if (table.empty()) return;
                             f.diagnostics.Warning(
                                 f.node.at, fmt::format("'table' has no effect; the map is called "
                                                        "like the metric, or 'map: {}' names it",
                                                        table));
                           }};

constexpr Metric kCounterKeys[] = {
    kName,
    kHelp,
    kMap,
    kValue,
    kSkipZero,
    kMaxSeries,
    kLabels,
    kWhen,
    kUnless,
    {"perf_event_array", [](const Field& f, MetricSpec& m) { m.perf_event_array = ReadBool(f); }},
    {"ringbuf", [](const Field& f, MetricSpec& m) { m.ringbuf = ReadBool(f); }},
    {"flush_interval",
     [](const Field& f, MetricSpec& m) {
       m.flush_interval = ReadDuration(f).value_or(std::chrono::nanoseconds(0));
     }},
    kTable,
};
constexpr Metric kGaugeKeys[] = {kName,      kHelp,   kMap,  kValue, kSkipZero,
                                 kMaxSeries, kLabels, kWhen, kUnless};
constexpr Metric kHistogramKeys[] = {
    kName,
    kHelp,
    kMap,
    {"value", ReadHistogramValue},
    kSkipZero,
    kMaxSeries,
    kLabels,
    kWhen,
    kUnless,
    {"bucket_type", [](const Field& f, MetricSpec& m) { ReadBucketType(f, m.histogram); }},
    {"bucket_min", [](const Field& f, MetricSpec& m) { m.histogram.min = ReadBucketNumber(f); }},
    {"bucket_max", [](const Field& f, MetricSpec& m) { m.histogram.max = ReadBucketNumber(f); }},
    {"bucket_multiplier",
     [](const Field& f, MetricSpec& m) { m.histogram.multiplier = ReadMultiplier(f); }},
    {"bucket_keys", [](const Field& f, MetricSpec& m) { ReadBucketKeys(f, m.histogram); }},
    kTable,
};
constexpr Key<HistogramSpec> kArrayValueKeys[] = {
    {"buckets", [](const Field& f, HistogramSpec& h) { h.buckets_field = ReadNonEmpty(f); }},
    {"sum", [](const Field& f, HistogramSpec& h) { h.sum_field = ReadNonEmpty(f); }},
};

const Mapping<MetricSpec>& MappingOf(MetricKind kind) {
  if (kind == MetricKind::kCounter) return kCounterMapping;
  return kind == MetricKind::kGauge ? kGaugeMapping : kHistogramMapping;
}

void CheckEvents(const Field& field, const std::string& subject, const MetricSpec& metric) {
  const bool events = metric.perf_event_array || metric.ringbuf;
  if (metric.perf_event_array && metric.ringbuf) {
    field.diagnostics.Error(*PositionOfKey(field.node, "ringbuf"),
                            subject + " reads a perf event array or a ring buffer, not both");
  }
  if (events && !metric.value.value.empty()) {
    field.diagnostics.Error(metric.value.at, subject + " counts events; they have no 'value'");
  }
}

}  // namespace

constinit const Mapping<MetricSpec> kCounterMapping = {
    "counter", "a counter", "{name: events_total, help: Events}", kCounterKeys};
constinit const Mapping<MetricSpec> kGaugeMapping = {
    "gauge", "a gauge", "{name: queue_length, help: Requests in flight}", kGaugeKeys};
constinit const Mapping<MetricSpec> kHistogramMapping = {
    "histogram", "a histogram",
    "{name: latency_seconds, help: Latency, bucket_type: exp2, bucket_max: 26, labels: [bucket]}",
    kHistogramKeys};
constinit const Mapping<HistogramSpec> kArrayValueMapping = {
    "array_value", "a histogram's value", "{buckets: slots, sum: total}", kArrayValueKeys};

void ReadMetrics(const Field& field, MetricKind kind, std::vector<MetricSpec>& metrics) {
  if (!ExpectList(field)) return;
  for (const NodePtr& item : field.node.items) {
    MetricSpec metric;
    metric.kind = kind;
    metric.name.at = item->at;
    const Field entry = field.Item(*item);
    if (!ReadMapping(entry, MappingOf(kind), metric)) continue;
    const std::string subject =
        metric.name.value.empty() ? fmt::format("this {}", KindName(kind))
                                  : fmt::format("{} {}", KindName(kind), Quoted(metric.name.value));
    Require(entry, subject, {"name", "help"});
    const bool histogram = kind == MetricKind::kHistogram;
    const bool last_is_bucket = histogram && !metric.histogram.InValue();
    CheckMetricLabels(metric.labels, histogram, last_is_bucket, field.diagnostics);
    if (histogram) CheckHistogram(entry, subject, metric);
    CheckEvents(entry, subject, metric);
    metrics.push_back(std::move(metric));
  }
}

}  // namespace bpf_exporter::config
