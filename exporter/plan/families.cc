// SPDX-License-Identifier: Apache-2.0
#include "plan/families.h"

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "plan/open_metrics_names.h"

namespace bpf_exporter::plan {
namespace {

std::vector<std::string> LabelNames(const MetricPlan& metric) {
  std::vector<std::string> names;
  for (const LabelPlan& label : metric.labels) names.push_back(label.name);
  return names;
}

// Whether `name` is one of the series of histogram `of`.
bool IsSeriesOf(const MetricPlan& of, std::string_view name) {
  if (of.kind != config::MetricKind::kHistogram || !name.starts_with(of.family)) return false;
  const std::string_view rest = name.substr(of.family.size());
  return rest == "_bucket" || rest == "_sum" || rest == "_count";
}

// Why the two cannot be on one page; empty if they can.
std::string Clash(const MetricPlan& added, const MetricPlan& before) {
  const auto text = [&](const std::string& here, const std::string& there) {
    return fmt::format("metric '{}' {} in config '{}', but {} in config '{}'", added.family, here,
                       added.config, there, before.config);
  };
  if (IsSeriesOf(before, added.family) || IsSeriesOf(added, before.family)) {
    return fmt::format(
        "metric '{}' of config '{}' and metric '{}' of config '{}' would have "
        "series of one name",
        added.family, added.config, before.family, before.config);
  }
  if (added.family != before.family) {
    if (!ClashInOpenMetrics(added.kind, added.family, before.kind, before.family)) return "";
    return fmt::format(
        "metric '{}' of config '{}' and metric '{}' of config '{}' would have one name in "
        "OpenMetrics, where counters have '_total' and '_created' behind theirs and histograms "
        "'_created'",
        added.family, added.config, before.family, before.config);
  }
  if (added.kind != before.kind) {
    return text(fmt::format("is a {}", config::KindName(added.kind)),
                fmt::format("a {}", config::KindName(before.kind)));
  }
  if (LabelNames(added) != LabelNames(before)) {
    return text(fmt::format("has the labels {}", List(LabelNames(added))),
                List(LabelNames(before)));
  }
  if (added.help != before.help) {
    return text(fmt::format("has the help {}", Quoted(added.help)), Quoted(before.help));
  }
  // Equal bounds can come from other numbers and another multiplier; the rows then do not add up.
  if (added.histogram.bounds != before.histogram.bounds ||
      added.histogram.numbers != before.histogram.numbers ||
      added.histogram.multiplier != before.histogram.multiplier ||
      added.histogram.native != before.histogram.native) {
    return fmt::format("metric '{}' has other buckets in config '{}' than in config '{}'",
                       added.family, added.config, before.config);
  }
  return "";
}

}  // namespace

void CheckFamilies(const std::vector<const ConfigPlan*>& before, const ConfigPlan& added,
                   config::Diagnostics& diagnostics) {
  std::vector<const MetricPlan*> metrics;
  const auto add = [&](const ConfigPlan& plan) {
    for (const MapPlan& map : plan.maps) {
      for (const auto& metric : map.metrics) metrics.push_back(metric.get());
    }
  };
  for (const ConfigPlan* plan : before) add(*plan);
  const std::size_t first_added = metrics.size();
  add(added);
  for (std::size_t i = first_added; i < metrics.size(); ++i) {
    std::string clash;
    for (std::size_t j = 0; j < i && clash.empty(); ++j) clash = Clash(*metrics[i], *metrics[j]);
    if (!clash.empty()) diagnostics.Error(metrics[i]->at, clash);
  }
}

}  // namespace bpf_exporter::plan
