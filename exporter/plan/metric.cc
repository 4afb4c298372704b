// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_values_test.cc
#include "plan/metric.h"

#include <fmt/core.h>

#include <algorithm>

#include "object/map_types.h"
#include "plan/buckets.h"
#include "plan/find_map.h"
#include "plan/labels.h"
#include "plan/lint.h"
#include "plan/native.h"
#include "plan/open_metrics_names.h"
#include "plan/value.h"
#include "plan/variables.h"

namespace bpf_exporter::plan {
namespace {

bool IsArray(const object::MapLayout& map) {
  return object::ShapeOf(map.type) == object::MapShape::kIndexed;
}

bool IsQueue(const object::MapLayout& map) {
  return object::ShapeOf(map.type) == object::MapShape::kQueue;
}

// Returns whether the label for the index is a number, whatever enum has as many names.
bool IsNumbered(const config::MetricSpec& metric, bool only_bucket) {
  return only_bucket || (metric.labels.size() == 1 && metric.labels[0].name.value == "cpu");
}

LabelBytes BytesOf(const Scope& scope, const config::MetricSpec& metric,
                   const object::MapLayout& map, const MetricPlan& plan, bool only_bucket) {
  if (plan.elements) {
    const std::uint32_t named = IsNumbered(metric, only_bucket) ? 0 : plan.elements->count;
    return {fmt::format("the index of variable '{}'", plan.elements->array),
            IndexType(scope.object, named), sizeof(std::uint32_t)};
  }
  if (object::HasRecords(map.type)) {
    // Queues and stacks say what they hold; the records of buffers can be anything, and a perf
    // event array's values are the buffers' fds.
    if (!IsQueue(map)) return {fmt::format("a record of map '{}'", map.name)};
    return {fmt::format("a record of map '{}'", map.name), map.value, map.value_size};
  }
  LabelBytes bytes{fmt::format("the key of map '{}'", map.name), map.key, map.key_size,
                   object::IsPerCpu(map.type)};
  if (bytes.type == nullptr && IsArray(map) && map.key_size == 4) {
    static const object::Type index{object::Type::Kind::kInt, "__u32", 4};
    bytes.type = std::make_shared<object::Type>(index);
  }
  return bytes;
}

// Without labels there is one series, and one row: the one whose key is four zero bytes.
bool CheckUnlabelled(const Scope& scope, const config::MetricSpec& metric,
                     const object::MapLayout& map) {
  const auto fail = [&](const std::string& text) {
    const char* has = metric.labels.empty() ? "has no labels" : "has only the label 'cpu'";
    scope.diagnostics.Error(metric.name.at, fmt::format("{} {}, {}", Subject(metric), has, text));
    return false;
  };
  if (IsArray(map) && map.max_entries > 1) {
    return fail(fmt::format("but map '{}' has {} entries; a label names the index", map.name,
                            map.max_entries));
  }
  if (map.key_size == 4) return true;
  return fail(fmt::format("so the key of map '{}' must have 4 bytes, all zero; it has {}{}",
                          map.name, map.key_size, Members(map.key.get())));
}

// A variable that is in no array is one number, or one histogram.
bool CheckHasRows(const Scope& scope, const config::MetricSpec& metric,
                  const object::MapLayout& map, const MetricPlan& plan) {
  if (!IsSection(map.name) || plan.elements || metric.labels.empty()) return true;
  scope.diagnostics.Error(metric.labels.front().name.at,
                          fmt::format("{}: only variables that are arrays have a label, which is "
                                      "the element's index",
                                      Subject(metric)));
  return false;
}

std::uint32_t RecordSize(const config::MetricSpec& metric, const object::MapLayout& map) {
  if (IsQueue(map)) return map.value_size;
  std::vector<const config::LabelSpec*> labels;
  for (const config::LabelSpec& label : metric.labels) labels.push_back(&label);
  return static_cast<std::uint32_t>(TakenBytes(labels));
}

bool ResolveNumbers(const Scope& scope, const config::MetricSpec& metric,
                    const object::MapLayout& map, MetricPlan& plan) {
  if (object::HasRecords(map.type)) return true;
  const bool histogram = metric.kind == config::MetricKind::kHistogram;
  if (histogram && metric.histogram.type == config::BucketType::kNative) {
    return ResolveNative(scope, metric, map, plan);
  }
  const bool array = histogram && metric.histogram.buckets_field;
  bool fine = true;
  if (array) {
    fine = ResolveBucketArray(scope, metric, map, plan);
  } else {
    fine = ResolveValue(scope, metric, map, plan);
  }
  if (!histogram || (array && !plan.histogram.array)) return fine;
  return ResolveBuckets(scope, metric.histogram, plan.histogram) && fine;
}

void CheckName(const Scope& scope, const config::MetricSpec& metric, const std::string& family) {
  const std::vector<std::string>& own = scope.options.own_names;
  for (const std::string& name : own) {
    const auto kind =
        name.ends_with("_total") ? config::MetricKind::kCounter : config::MetricKind::kGauge;
    if (name == family || ClashInOpenMetrics(metric.kind, family, kind, name)) {
      scope.diagnostics.Error(
          metric.name.at,
          fmt::format("{}: the exporter has a metric '{}' of its own", Subject(metric), name));
      return;
    }
  }
}

// Warns of what promtool would say of the metric where it is exposed.
void Lint(const Scope& scope, const config::MetricSpec& metric, const MetricPlan& plan) {
  if (!scope.options.lint || !scope.config.lint) return;
  const auto warn = [&](config::Position at, const std::string& problem) {
    scope.diagnostics.Warning(at, fmt::format("{}: {}", Subject(metric), problem));
  };
  for (const std::string& problem : LintName(metric.kind, plan.family)) {
    warn(metric.name.at, problem);
  }
  for (const config::LabelSpec& label : metric.labels) {
    const bool exposed = std::any_of(plan.labels.begin(), plan.labels.end(),
                                     [&](const auto& one) { return one.name == label.name.value; });
    if (!exposed) continue;
    for (const std::string& problem : LintLabel(metric.kind, label.name.value)) {
      warn(label.name.at, problem);
    }
  }
}

}  // namespace

std::optional<ResolvedMetric> ResolveMetric(const Scope& scope, const config::MetricSpec& metric) {
  const object::MapLayout* map = FindMap(scope, metric);
  if (map == nullptr) {
    CheckDecoders(scope, metric.labels);
    return std::nullopt;
  }
  auto plan = std::make_shared<MetricPlan>();
  plan->kind = metric.kind;
  plan->config = scope.config.name;
  plan->at = metric.name.at;
  plan->family = scope.options.prefix + metric.name.value;
  CheckName(scope, metric, plan->family);
  plan->help = metric.help;
  plan->skip_zero = metric.skip_zero;
  plan->max_series = metric.max_series.value_or(scope.options.max_series);
  std::optional<EventsPlan> events;
  if (object::HasRecords(map->type)) {
    events = EventsPlan{RecordSize(metric, *map), plan->max_series, metric.flush_interval};
  } else if (metric.flush_interval.count() > 0) {
    scope.diagnostics.Warning(metric.name.at, fmt::format("map '{}' holds no events, so "
                                                          "'flush_interval' has no effect",
                                                          map->name));
  }

  const bool numbers = ResolveNumbers(scope, metric, *map, *plan);
  const bool has_bucket =
      metric.kind == config::MetricKind::kHistogram && !metric.histogram.InValue();
  if (IsSection(map->name) && !numbers) {  // what labels there can be is not known
    CheckDecoders(scope, metric.labels);
    return std::nullopt;
  }
  if (!CheckHasRows(scope, metric, *map, *plan)) return std::nullopt;
  std::optional<LabelPlans> labels =
      ResolveLabels(scope, BytesOf(scope, metric, *map, *plan, has_bucket), metric.labels,
                    has_bucket ? LastLabel::kBucketNumber : LastLabel::kExposed);
  if (!labels) return std::nullopt;
  if (!labels->of_key && !events && !plan->elements) {
    if (!CheckUnlabelled(scope, metric, *map)) return std::nullopt;
    plan->zero_key_only = !IsArray(*map);
  }
  if (!numbers) return std::nullopt;
  plan->labels = std::move(labels->exposed);
  plan->histogram.bucket = std::move(labels->bucket);
  Lint(scope, metric, *plan);
  return ResolvedMetric{map, std::move(plan), events};
}

}  // namespace bpf_exporter::plan
