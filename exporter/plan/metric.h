// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// A metric that fits its map.
struct ResolvedMetric {
  const object::MapLayout* map;  // of the scope's object
  std::shared_ptr<const MetricPlan> plan;
  std::optional<EventsPlan> events;  // set if its rows are counted records
};

// Joins one metric with its map. Reports every error; returns nothing if there was one.
std::optional<ResolvedMetric> ResolveMetric(const Scope& scope, const config::MetricSpec& metric);

}  // namespace bpf_exporter::plan
