// SPDX-License-Identifier: Apache-2.0
#include "metrics/map_dump.h"

#include <fmt/format.h>

#include <iterator>
#include <set>

#include "base/text.h"
#include "metrics/row_text.h"
#include "object/map_types.h"

namespace bpf_exporter::metrics {
namespace {

constexpr const char* kHead =
    "What the maps hold now, apart from the newest snapshot. Numbers are raw: multipliers are not\n"
    "applied, the sums of per-CPU values show each CPU's in their order.\n";

// "1 row", "2 rows".
std::string RowCount(std::uint64_t count) {
  return fmt::format("{} row{}", count, count == 1 ? "" : "s");
}

// Appends the elements that the metric sees in a section's row. As many as there may be lines.
void AppendElements(const plan::ElementsPlan& elements, const MapRows& rows, std::size_t row,
                    std::size_t max_text, RowText& metric, std::string& out) {
  constexpr std::size_t kShortestLine = 4;
  const MapRows found = ElementsOf(rows, row, elements, max_text / kShortestLine + 1);
  std::size_t shown = 0;
  for (; shown < found.count && out.size() < max_text; ++shown) metric.Append(found, shown, out);
  if (shown < found.total) {
    fmt::format_to(std::back_inserter(out), "  {} more of '{}'\n", found.total - shown,
                   elements.array);
  }
}

void AppendRows(const plan::MapPlan& plan, const MapRows& rows, std::size_t max_text,
                std::string& out) {
  std::vector<RowText> metrics;
  for (const auto& metric : plan.metrics) metrics.emplace_back(*metric);
  std::size_t shown = 0;
  for (; shown < rows.count && out.size() < max_text; ++shown) {
    const std::string key = Hex(rows.Key(shown), rows.shape.key_size, rows.shape.key_size);
    out.append("key ").append(key.empty() ? "(of no bytes)" : key) += '\n';
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      if (const auto& elements = plan.metrics[i]->elements) {
        AppendElements(*elements, rows, shown, max_text, metrics[i], out);
      } else {
        metrics[i].Append(rows, shown, out);
      }
    }
  }
  if (shown < rows.total) out.append(RowCount(rows.total - shown)).append(" more\n");
}

}  // namespace

std::string DumpMaps(Collector& collector, const std::vector<ConfigStatus>& configs,
                     const DumpLimits& limits) {
  std::string out = kHead;
  std::set<std::string> shown;
  collector.VisitMaps(limits.map, [&](const std::string& config, const plan::MapPlan& plan,
                                      const Result<MapRows>& rows) {
    shown.insert(config);
    fmt::format_to(std::back_inserter(out), "\nconfig '{}': map '{}' ({}{}): ", config,
                   plan.layout.name, object::MapTypeName(plan.layout.type),
                   plan.events ? ", its records counted" : "");
    if (!rows) {
      out.append(rows.error().Message()) += '\n';
      return;
    }
    out.append(RowCount(rows->total)) += '\n';
    AppendRows(plan, *rows, limits.text, out);
  });
  for (const ConfigStatus& config : configs) {
    if (!config.up) {
      fmt::format_to(std::back_inserter(out), "\nconfig '{}': not up: {}\n", config.name,
                     config.problem);
    } else if (!shown.contains(config.name)) {
      fmt::format_to(std::back_inserter(out), "\nconfig '{}': no map is read\n", config.name);
    }
  }
  return out;
}

}  // namespace bpf_exporter::metrics
