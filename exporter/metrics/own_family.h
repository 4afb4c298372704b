// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/family_snapshot.h"
#include "metrics/self_metric_table.h"

namespace prometheus {
class Counter;
class Gauge;
class Registry;
template <typename T>
class Family;
}  // namespace prometheus

namespace bpf_exporter::metrics {

class CellPool;

// One family of the exporter's own numbers. prometheus-cpp's registry holds the numbers; this shows
// them as a FamilySnapshot, like a family made from maps, so that every format of a page is written
// once. It reads the counters where they are: Registry::Collect() copies every name, help and label
// each time, which was most of the 800 allocations that a small scrape made. Any thread.
class OwnFamily {
 public:
  // The values of the metric's labels, in the order in which it names them.
  using Values = std::initializer_list<std::string_view>;

  // `metric` and `registry` outlive this.
  OwnFamily(const SelfMetric& metric, const std::string& prefix, prometheus::Registry& registry);
  ~OwnFamily();

  // Sets the series with these label values, which is made if there is none. A counter never falls.
  void Set(Values values, double value);
  // Removes the series with these label values, if there is one.
  void Remove(Values values);
  // Adds one to the counter with these label values.
  void Increment(Values values);

  // Returns the family as it is now, its series sorted by the values of their labels.
  FamilySnapshot Snapshot();

  const SelfMetric& metric() const { return metric_; }
  const std::string& name() const { return plan_->family; }

 private:
  struct Series {
    std::vector<std::string> values;  // sorted by the names of their labels
    prometheus::Counter* counter = nullptr;
    prometheus::Gauge* gauge = nullptr;
  };

  // Returns a negative number, 0 or a positive one if `series` comes before, is or comes after the
  // one with `values`.
  int Compare(const Series& series, Values values) const;
  // Returns the first series that does not come before the one with `values`. `mutex_` is held.
  std::vector<Series>::iterator Find(Values values);
  // Returns whether the label of that index in `names_` is shown with that value.
  bool IsShown(std::size_t label, std::string_view value) const;
  // Returns the series with these values. `mutex_` is held.
  Series& FindOrAdd(Values values);
  Series MakeSeries(Values values);
  void MakeTexts();

  const SelfMetric& metric_;
  std::shared_ptr<const plan::MetricPlan> plan_;
  prometheus::Family<prometheus::Counter>* counters_ = nullptr;  // or
  prometheus::Family<prometheus::Gauge>* gauges_ = nullptr;
  std::vector<std::string> names_;    // of the labels, sorted
  std::vector<bool> optional_;        // for each of them, whether it is left out if empty
  std::vector<std::size_t> sources_;  // for each of them, its place among the values given

  std::mutex mutex_;  // guards what follows
  std::vector<Series> series_;
  std::shared_ptr<const TextArena> texts_;  // of `series_`; null after one came or went
  std::shared_ptr<CellPool> pool_;
};

}  // namespace bpf_exporter::metrics
