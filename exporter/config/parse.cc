// SPDX-License-Identifier: Apache-2.0
// Tests: own_keys_test.cc, cloudflare_files_test.cc
#include "config/parse.h"

#include <utility>

#include "config/metric_names.h"
#include "config/node.h"
#include "config/top_level.h"
#include "config/yaml.h"

namespace bpf_exporter::config {
namespace {

bool HasMetrics(const Node& root) {
  for (const auto& [section, keys] : {std::pair<std::string_view, std::vector<std::string_view>>{
                                          "metrics", {"counters", "gauges", "histograms"}},
                                      {"tracing", {"spans"}}}) {
    const Node* value = ValueOf(root, section);
    if (value == nullptr) continue;
    for (const std::string_view key : keys) {
      if (PositionOfKey(*value, key)) return true;
    }
  }
  return false;
}

// Returns whether the file is of ebpf_exporter 1, and reports it then. Its programs are source text
// for BCC, so there is nothing to read the rest for.
bool IsOfVersion1(const Node& root, Diagnostics& diagnostics) {
  const std::optional<Position> programs = PositionOfKey(root, "programs");
  if (!programs || PositionOfKey(root, "metrics")) return false;
  diagnostics.Error(
      *programs,
      "this file is of ebpf_exporter 1, which compiled the text under 'code' itself; "
      "write each of 'programs' as a file NAME.yaml with 'metrics' at its top, and its "
      "code as NAME.bpf.c with libbpf's SEC(), compiled to NAME.bpf.o");
  return true;
}

}  // namespace

std::optional<Config> ParseConfig(std::string name, std::string path, const std::string& source,
                                  Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.errors();
  const NodePtr root = ReadYaml(source, diagnostics);
  if (!root) return std::nullopt;
  if (IsOfVersion1(*root, diagnostics)) return std::nullopt;
  Config config;
  ReadMapping({"the file", *root, diagnostics}, kConfigMapping, config);
  CheckMetricNames(config.metrics, diagnostics);
  // After another error the cause may be a misspelt key.
  if (diagnostics.errors() == errors_before && !HasMetrics(*root)) {
    diagnostics.Error({},
                      "nothing to export: give metrics.counters, metrics.gauges, "
                      "metrics.histograms or tracing.spans");
  }
  if (diagnostics.errors() > errors_before) return std::nullopt;
  config.name = std::move(name);
  config.path = std::move(path);
  return config;
}

}  // namespace bpf_exporter::config
