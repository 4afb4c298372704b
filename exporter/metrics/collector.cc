// SPDX-License-Identifier: Apache-2.0
#include "metrics/collector.h"

#include <malloc.h>
#include <prometheus/metric_family.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "metrics/map_source.h"

namespace bpf_exporter::metrics {
namespace {

struct NamedFamily {
  explicit NamedFamily(std::shared_ptr<const plan::MetricPlan> plan) : family(std::move(plan)) {}
  Family family;
  bool complete = false;  // every map of it was read this time
};

// The entry of a metric of that configuration: several of one name have one.
MetricStats& EntryOf(std::vector<MetricStats>& metrics, const plan::MetricPlan& plan) {
  const auto known = std::find_if(metrics.begin(), metrics.end(), [&](const MetricStats& one) {
    return one.config == plan.config && one.metric == plan.family;
  });
  if (known != metrics.end()) return *known;
  MetricStats added;
  added.config = plan.config;
  added.metric = plan.family;
  return metrics.emplace_back(std::move(added));
}

}  // namespace

struct Collector::State {
  State(std::vector<Source> from, OwnMetrics own_metrics);

  std::shared_ptr<const Snapshot> MakeSnapshot();
  void ReadMaps();
  void Tidy();
  CollectorStats Stats() const;

  // By one thread at a time: the one that takes the snapshot.
  std::vector<std::unique_ptr<MapSource>> sources;
  std::map<std::string, NamedFamily> families;
  OwnMetrics own;
  std::uint64_t count = 0;
  std::chrono::nanoseconds last_duration{0};
  std::chrono::system_clock::time_point last_time;
  int trims = 0;  // snapshots after which memory is to be given back

  std::mutex reading;  // held while the readers of the sources are used

  std::mutex mutex;  // guards the rest
  std::condition_variable taken;
  bool taking = false;
  std::uint64_t rounds = 0;
  std::shared_ptr<const Snapshot> latest;
};

Collector::State::State(std::vector<Source> from, OwnMetrics own_metrics)
    : own(std::move(own_metrics)) {
  for (Source& source : from) {
    auto made = std::make_unique<MapSource>(std::move(source));
    for (const auto& metric : made->plan().metrics) {
      NamedFamily& named = families.try_emplace(metric->family, metric).first->second;
      const Result<std::uint32_t> number = named.family.AddMetric(*metric);
      if (number.ok()) {
        made->AddMetric(metric, named.family, *number);
      } else {
        log::Error("config '{}': metric '{}' {}: left out", metric->config, metric->family,
                   number.error().text);
      }
    }
    sources.push_back(std::move(made));
  }
}

void Collector::State::ReadMaps() {
  const std::lock_guard lock(reading);
  for (auto& [name, named] : families) {
    named.family.Begin();
    named.complete = true;
  }
  for (auto& source : sources) {
    if (source->Read()) continue;
    for (const MetricFold& fold : source->folds()) {
      families.find(fold.plan().family)->second.complete = false;
    }
  }
}

// After the snapshot has got its cells: gives up keys and series that have gone.
void Collector::State::Tidy() {
  std::vector<Family*> changed;
  for (auto& source : sources) source->Tidy(changed);
  if (changed.empty()) return;

  const auto for_folds_of = [&](const Family* family, auto&& use) {
    for (auto& source : sources) {
      for (MetricFold& fold : source->folds()) {
        if (&fold.family() == family) use(fold);
      }
    }
  };
  for (Family* family : changed) {
    const std::size_t before = family->size();
    family->BeginSweep();
    for_folds_of(family, [](const MetricFold& fold) { fold.KeepCells(); });
    if (!family->EndSweep()) continue;
    for_folds_of(family, [](MetricFold& fold) { fold.RenumberCells(); });
    // After a burst the memory goes back to the system. Cells and texts of the old numbers are
    // held by this snapshot and perhaps the one before, so that takes a few.
    if (before / 4 > family->size()) trims = 3;
  }
}

CollectorStats Collector::State::Stats() const {
  CollectorStats stats;
  stats.snapshots = count;
  stats.last_duration = last_duration;
  stats.last_time = last_time;
  for (const auto& source : sources) {
    stats.maps.push_back(source->stats());
    for (const MetricFold& fold : source->folds()) {
      const FoldCounts& counts = fold.counts();
      MetricStats& metric = EntryOf(stats.metrics, fold.plan());
      if (families.find(fold.plan().family)->second.complete) {
        metric.series += fold.family().SeriesOf(fold.number());
      }
      metric.series_over_limit += counts.over_limit;
      metric.rows_skipped_regexp += counts.skipped;
      metric.rows_decode_error += counts.undecodable;
      metric.rows_out_of_range += counts.outside;
    }
  }
  return stats;
}

std::shared_ptr<const Snapshot> Collector::State::MakeSnapshot() {
  const auto start = std::chrono::steady_clock::now();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->time = std::chrono::system_clock::now();
  ReadMaps();
  snapshot->families.reserve(families.size());
  for (auto& [name, named] : families) {
    if (named.complete) snapshot->families.push_back(named.family.Finish());
  }
  Tidy();
  // Of all collectors of the process, so that a page cache may outlive one.
  static std::atomic<std::uint64_t> numbers{0};
  snapshot->number = ++numbers;
  ++count;
  last_time = snapshot->time;
  last_duration = std::chrono::steady_clock::now() - start;
  if (own) snapshot->own = own(Stats());
  return snapshot;
}

Collector::Collector(std::vector<Source> sources, OwnMetrics own)
    : state_(std::make_unique<State>(std::move(sources), std::move(own))) {}

Collector::~Collector() = default;

std::shared_ptr<const Snapshot> Collector::Take() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (state.taking) {
    state.taken.wait(lock, [&, round = state.rounds] { return state.rounds != round; });
    return state.latest;
  }
  state.taking = true;
  lock.unlock();

  std::shared_ptr<const Snapshot> made;
  try {
    made = state.MakeSnapshot();
  } catch (const std::exception& error) {
    log::Error("snapshot: {}; the one before is served on", error.what());
  }

  lock.lock();
  if (made != nullptr) made.swap(state.latest);
  std::shared_ptr<const Snapshot> result = state.latest;
  if (state.trims > 0) {
    lock.unlock();
    made.reset();
    malloc_trim(0);
    --state.trims;
    lock.lock();
  }
  state.taking = false;
  ++state.rounds;
  lock.unlock();
  state.taken.notify_all();
  return result;
}

std::shared_ptr<const Snapshot> Collector::Latest() const {
  const std::lock_guard lock(state_->mutex);
  return state_->latest;
}

void Collector::VisitMaps(const RowLimits& limits, const VisitMap& visit) {
  for (const auto& source : state_->sources) {
    const Result<MapRows> rows = [&] {
      const std::lock_guard lock(state_->reading);
      return source->CopyRows(limits);
    }();
    visit(source->config(), source->plan(), rows);
  }
}

}  // namespace bpf_exporter::metrics
