#include "plan/resolve.h"

#include <algorithm>

#include "plan/extras.h"
#include "plan/metric.h"
#include "plan/probes.h"

namespace bpf_exporter {
namespace {

// Several metrics over one map share its plan, so that it is read once.
void Add(const ResolvedMetric& metric, std::vector<MapPlan>& maps) {
  const auto known = std::find_if(maps.begin(), maps.end(), [&](const MapPlan& map) {
    return map.layout.name == metric.map->name;
  });
  if (known != maps.end()) {
    known->metrics.push_back(metric.plan);
  } else {
    maps.push_back({*metric.map, {metric.plan}});
  }
}

}  // namespace

std::optional<ConfigPlan> Resolve(Config config, ObjectLayout object, const ResolveOptions& options,
                                  DecoderContext& context, Diagnostics& diagnostics) {
  const Scope scope{config, object, options, context, diagnostics};
  const std::size_t errors_before = diagnostics.errors();
  std::vector<MapPlan> maps;
  for (const MetricSpec& metric : config.metrics) {
    if (const std::optional<ResolvedMetric> resolved = ResolveMetric(scope, metric))
      Add(*resolved, maps);
  }
  CheckProbes(scope);
  CheckKaddrs(scope);
  CheckCgroupIdMap(scope);
  CheckSpans(scope);
  if (diagnostics.errors() != errors_before) return std::nullopt;
  return ConfigPlan{std::move(config), std::move(object), std::move(maps)};
}

}  // namespace bpf_exporter
