#include "plan/unsupported.h"

#include <fmt/core.h>

#include <array>
#include <string_view>

namespace bpf_exporter {
namespace {

struct Row {
  Feature feature;
  std::string_view what;
};

constexpr std::array kUnsupported = {
    Row{Feature::kKaddrs, "'kaddrs'"},
    Row{Feature::kCgroupIdMap, "'cgroup_id_map'"},
};

}  // namespace

bool RequireFeature(Feature feature, Position at, const Scope& scope) {
  for (const Row& row : kUnsupported) {
    if (row.feature != feature) continue;
    scope.diagnostics.Error(at, fmt::format("{} is not supported yet", row.what));
    return false;
  }
  return true;
}

}  // namespace bpf_exporter
