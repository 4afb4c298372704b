// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "plan/plan.h"
#include "unit/metrics/fakes.h"

namespace bpf_exporter::metrics {

// Makes pages in the plainest way that can be thought of, from the documented rules alone: strings,
// ordered maps, every key decoded again every time. Shares no code with what it is compared to.
class PageReference {
 public:
  void AddSource(std::shared_ptr<const FakeMap> map, std::uint32_t value_size,
                 std::vector<plan::MetricPlan> metrics);
  // The page of a snapshot of the maps as they are now.
  std::string Snapshot();

 private:
  using Cells = std::vector<std::uint64_t>;
  struct Source {
    std::shared_ptr<const FakeMap> map;
    std::uint32_t value_size;
    std::vector<plan::MetricPlan> metrics;
  };
  struct Family {
    plan::MetricPlan plan;
    bool failed = false;
    std::vector<std::string> order;  // label texts, as they were first seen
    std::set<std::string> known;     // the same
    std::map<std::string, Cells> cells;
  };
  // A key that makes a series: source, metric, CPU (0 if they are summed), key.
  using Place = std::tuple<std::size_t, std::size_t, std::uint32_t, std::string>;

  void AddRow(std::size_t source, std::size_t metric, const std::string& key,
              const std::string& value);
  void AddLane(const Place& place, const plan::MetricPlan& metric, const std::string& value,
               std::uint32_t first_cpu, std::uint32_t cpus);

  std::vector<Source> sources_;
  std::map<std::string, Family> families_;
  std::map<Place, std::string> texts_;  // of every key that has made a series and is still there
};

}  // namespace bpf_exporter::metrics
