// SPDX-License-Identifier: Apache-2.0
#include "metrics/own_family.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "metrics/cell_pool.h"
#include "metrics/label_set.h"

namespace bpf_exporter::metrics {
namespace {

std::shared_ptr<const plan::MetricPlan> PlanOf(const SelfMetric& metric,
                                               const std::string& prefix) {
  auto plan = std::make_shared<plan::MetricPlan>();
  plan->kind = metric.kind;
  plan->family = ExposedName(metric, prefix);
  plan->help = metric.help;
  return plan;
}

// Returns the names of the metric's labels, sorted, each with its place among them.
std::map<std::string_view, std::size_t> PlacesOfLabels(std::string_view names) {
  std::map<std::string_view, std::size_t> places;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    places.emplace(names.substr(0, comma), places.size());
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return places;
}

}  // namespace

OwnFamily::OwnFamily(const SelfMetric& metric, const std::string& prefix,
                     prometheus::Registry& registry)
    : metric_(metric), plan_(PlanOf(metric, prefix)), pool_(std::make_shared<CellPool>()) {
  const auto registered = [&](auto builder) {
    return &builder.Name(plan_->family).Help(plan_->help).Register(registry);
  };
  if (metric.kind == config::MetricKind::kCounter) {
    counters_ = registered(prometheus::BuildCounter());
  } else {
    gauges_ = registered(prometheus::BuildGauge());
  }
  for (const auto& [name, place] : PlacesOfLabels(metric.labels)) {
    optional_.push_back(name.ends_with('?'));
    names_.emplace_back(name.substr(0, name.size() - (optional_.back() ? 1 : 0)));
    sources_.push_back(place);
  }
}

OwnFamily::~OwnFamily() = default;

OwnFamily::Series OwnFamily::MakeSeries(Values values) {
  Series series;
  prometheus::Labels labels;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    series.values.emplace_back(values.begin()[sources_[i]]);
    if (IsShown(i, series.values.back())) labels.emplace(names_[i], series.values.back());
  }
  if (counters_ != nullptr) {
    series.counter = &counters_->Add(labels);
  } else {
    series.gauge = &gauges_->Add(labels);
  }
  return series;
}

int OwnFamily::Compare(const Series& series, Values values) const {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const int order = series.values[i].compare(values.begin()[sources_[i]]);
    if (order != 0) return order;
  }
  return 0;
}

std::vector<OwnFamily::Series>::iterator OwnFamily::Find(Values values) {
  return std::partition_point(series_.begin(), series_.end(),
                              [&](const Series& series) { return Compare(series, values) < 0; });
}

OwnFamily::Series& OwnFamily::FindOrAdd(Values values) {
  auto at = Find(values);
  if (at == series_.end() || Compare(*at, values) != 0) {
    at = series_.insert(at, MakeSeries(values));
    texts_ = nullptr;
  }
  return *at;
}

void OwnFamily::Remove(Values values) {
  const std::lock_guard lock(mutex_);
  const auto at = Find(values);
  if (at == series_.end() || Compare(*at, values) != 0) return;
  if (at->counter != nullptr) counters_->Remove(at->counter);
  if (at->gauge != nullptr) gauges_->Remove(at->gauge);
  series_.erase(at);
  texts_ = nullptr;
}

bool OwnFamily::IsShown(std::size_t label, std::string_view value) const {
  return !optional_[label] || !value.empty();
}

void OwnFamily::MakeTexts() {
  auto texts = std::make_shared<TextArena>();
  std::string text;
  for (const Series& series : series_) {
    text.clear();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (IsShown(i, series.values[i])) AppendLabel(names_[i], series.values[i], text);
    }
    texts->Append(text);
  }
  texts_ = std::move(texts);
}

void OwnFamily::Set(Values values, double value) {
  const std::lock_guard lock(mutex_);
  Series& series = FindOrAdd(values);
  if (series.gauge != nullptr) {
    series.gauge->Set(value);
  } else if (value > series.counter->Value()) {
    series.counter->Increment(value - series.counter->Value());
  }
}

void OwnFamily::Increment(Values values) {
  const std::lock_guard lock(mutex_);
  FindOrAdd(values).counter->Increment();
}

FamilySnapshot OwnFamily::Snapshot() {
  const std::lock_guard lock(mutex_);
  FamilySnapshot snapshot;
  snapshot.metric = plan_;
  snapshot.number_type = NumberType::kDouble;
  snapshot.series = series_.size();
  if (texts_ == nullptr) MakeTexts();  // new ones: snapshots hold those from before
  snapshot.texts = texts_;
  std::unique_ptr<SeriesCells> cells = pool_->Take(series_.size(), series_.size());
  for (std::size_t i = 0; i < series_.size(); ++i) {
    const Series& series = series_[i];
    cells->values[i] = std::bit_cast<std::uint64_t>(
        series.gauge != nullptr ? series.gauge->Value() : series.counter->Value());
    cells->present[i] = 1;
  }
  snapshot.cells = pool_->Share(std::move(cells));
  return snapshot;
}

}  // namespace bpf_exporter::metrics
