// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/metric_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"

namespace bpf_exporter::config {
namespace {

// Returns the names of the labels that are surely on the page, so not a histogram's bucket. Whether
// a last `cpu` is the bucket or stands after it depends on the kind of map; plan/families.cc, which
// knows it, compares again.
std::set<std::string_view> ExposedLabels(const MetricSpec& metric) {
  std::vector<std::string_view> names;
  for (const LabelSpec& label : metric.labels) names.push_back(label.name.value);
  const bool has_bucket = metric.kind == MetricKind::kHistogram && !metric.histogram.buckets_field;
  if (has_bucket && !names.empty() && names.back() == "cpu") names.pop_back();
  if (has_bucket && !names.empty()) names.pop_back();
  return {names.begin(), names.end()};
}

// Returns whether only the object knows if the metric and all its labels count; then
// plan/families.cc compares them.
bool HasCondition(const MetricSpec& metric) {
  return metric.condition ||
         std::any_of(metric.labels.begin(), metric.labels.end(),
                     [](const LabelSpec& label) { return label.condition.has_value(); });
}

// Returns how the first of two metrics of one name differs from the second; empty if they agree.
std::string Difference(const MetricSpec& first, const MetricSpec& second) {
  if (first.kind != second.kind) return fmt::format("as a {}", KindName(first.kind));
  if (first.help != second.help) return "with another 'help'";
  const auto labels = ExposedLabels(first);
  if (labels == ExposedLabels(second)) return {};
  return labels.empty() ? "without labels"
                        : fmt::format("with the labels {}", fmt::join(labels, ", "));
}

}  // namespace

void CheckMetricNames(const std::vector<MetricSpec>& metrics, Diagnostics& diagnostics) {
  std::unordered_map<std::string_view, const MetricSpec*> seen;
  for (const MetricSpec& metric : metrics) {
    if (metric.name.value.empty()) continue;  // already reported
    const auto [first, inserted] = seen.emplace(metric.name.value, &metric);
    if (inserted || HasCondition(metric) || HasCondition(*first->second)) continue;
    const std::string difference = Difference(*first->second, metric);
    if (!difference.empty()) {
      diagnostics.Error(metric.name.at, fmt::format("metric {} is in line {} already, {}",
                                                    Quoted(metric.name.value),
                                                    first->second->name.at.line, difference));
    }
  }
  for (const MetricSpec& metric : metrics) {
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
      if (!std::string_view(metric.name.value).ends_with(suffix)) continue;
      const std::string base =
          metric.name.value.substr(0, metric.name.value.size() - suffix.size());
      const auto histogram = seen.find(base);
      if (histogram != seen.end() && histogram->second->kind == MetricKind::kHistogram) {
        diagnostics.Error(
            metric.name.at,
            fmt::format("{} is also a series of the histogram {} in line {}",
                        Quoted(metric.name.value), Quoted(base), histogram->second->name.at.line));
      }
    }
  }
}

}  // namespace bpf_exporter::config
