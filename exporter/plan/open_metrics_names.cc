// SPDX-License-Identifier: Apache-2.0
// Tests: families_test.cc
#include "plan/open_metrics_names.h"

#include <algorithm>
#include <initializer_list>

namespace bpf_exporter::plan {
namespace {

constexpr std::string_view kTotal = "_total";

// The base units that OpenMetrics and Prometheus' advice on names list.
constexpr std::string_view kBaseUnits[] = {"amperes", "bytes", "celsius", "grams",   "joules",
                                           "meters",  "ratio", "ratios",  "seconds", "volts"};

bool IsAmong(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Returns whether the series of a family have names that are its own followed by `suffix`.
bool HasSuffix(config::MetricKind kind, std::string_view name, std::string_view suffix) {
  if (kind == config::MetricKind::kHistogram) {
    return IsAmong(suffix, {"_bucket", "_count", "_sum", "_created"});
  }
  return IsOpenMetricsCounter(kind, name) && IsAmong(suffix, {kTotal, "_created"});
}

}  // namespace

bool IsOpenMetricsCounter(config::MetricKind kind, std::string_view name) {
  return kind == config::MetricKind::kCounter && name.size() > kTotal.size() &&
         name.ends_with(kTotal);
}

std::string_view OpenMetricsFamily(config::MetricKind kind, std::string_view name) {
  if (IsOpenMetricsCounter(kind, name)) name.remove_suffix(kTotal.size());
  return name;
}

std::string_view UnitOf(std::string_view family) {
  const std::size_t underscore = family.rfind('_');
  if (underscore == std::string_view::npos) return {};
  const std::string_view last = family.substr(underscore + 1);
  const bool known =
      std::find(std::begin(kBaseUnits), std::end(kBaseUnits), last) != std::end(kBaseUnits);
  return known ? last : std::string_view();
}

bool ClashInOpenMetrics(config::MetricKind one_kind, std::string_view one,
                        config::MetricKind other_kind, std::string_view other) {
  const std::string_view one_family = OpenMetricsFamily(one_kind, one);
  const std::string_view other_family = OpenMetricsFamily(other_kind, other);
  // No suffix begins with another one, so of two equal names one is that of a family.
  if (one_family.starts_with(other_family)) {
    const std::string_view rest = one_family.substr(other_family.size());
    return rest.empty() || HasSuffix(other_kind, other, rest);
  }
  return other_family.starts_with(one_family) &&
         HasSuffix(one_kind, one, other_family.substr(one_family.size()));
}

}  // namespace bpf_exporter::plan
