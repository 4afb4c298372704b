// SPDX-License-Identifier: Apache-2.0
#include "metrics/collector.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "base/log.h"
#include "metrics/self_metrics.h"

namespace bpf_exporter::metrics {

Collector::Collector(std::vector<MapToRead> maps, SelfMetrics* self,
                     std::vector<std::unique_ptr<FigureSource>> figures)
    : self_(self), figures_(std::move(figures)) {
  for (MapToRead& map : maps) {
    auto made = std::make_unique<MapSource>(std::move(map));
    for (const auto& metric : made->plan().metrics) {
      NamedFamily& named = families_.try_emplace(metric->family, metric).first->second;
      made->AddMetric(metric, named.family, named.family.AddMetric(*metric));
    }
    sources_.push_back(std::move(made));
  }
}

Collector::~Collector() = default;

void Collector::ReadMaps() {
  const std::lock_guard lock(reading_);
  for (auto& [name, named] : families_) {
    named.family.Begin();
    named.complete = true;
    named.counted_since = {};
  }
  for (auto& source : sources_) {
    const bool whole = source->Read();
    const auto counted_since = source->counted_since();
    for (const MetricFold& fold : source->folds()) {
      NamedFamily& named = families_.find(fold.plan().family)->second;
      named.complete = named.complete && whole;
      // A map that begins again takes its counts out of sums with those of others.
      named.counted_since = std::max(named.counted_since, counted_since);
    }
  }
}

// After the snapshot has got its cells: gives up keys and series that have gone.
void Collector::ForgetVanished() {
  std::vector<Family*> changed;
  for (auto& source : sources_) source->ForgetVanished(changed);
  if (changed.empty()) return;

  const auto for_folds_of = [&](const Family* family, auto&& use) {
    for (auto& source : sources_) {
      for (MetricFold& fold : source->folds()) {
        if (&fold.family() == family) use(fold);
      }
    }
  };
  for (Family* family : changed) {
    const std::size_t before = family->size();
    family->BeginSweep();
    for_folds_of(family, [](const MetricFold& fold) { fold.cells().KeepCells(); });
    if (!family->EndSweep()) continue;
    for_folds_of(family, [](MetricFold& fold) { fold.cells().RenumberCells(); });
    // After a burst the memory goes back to the system. Cells and texts of the old numbers are
    // held by this snapshot and perhaps the one before, so that takes a few.
    if (before / 4 > family->size()) trims_ = 3;
  }
}

// Returns the entry of a metric of that configuration: several of one name have one.
MetricStats& Collector::StatsOf(const plan::MetricPlan& plan) {
  const auto known =
      std::find_if(stats_.metrics.begin(), stats_.metrics.end(), [&](const MetricStats& one) {
        return one.config == plan.config && one.metric == plan.family;
      });
  if (known != stats_.metrics.end()) return *known;
  MetricStats added;
  added.config = plan.config;
  added.metric = plan.family;
  return stats_.metrics.emplace_back(added);
}

void Collector::UpdateStats() {
  stats_.maps.clear();
  stats_.metrics.clear();
  for (const auto& source : sources_) {
    stats_.maps.push_back(source->stats());
    for (const MetricFold& fold : source->folds()) {
      const FoldCounts& counts = fold.cells().counts();
      MetricStats& metric = StatsOf(fold.plan());
      if (families_.find(fold.plan().family)->second.complete) {
        metric.series += fold.family().SeriesOf(fold.number());
      }
      metric.series_over_limit += counts.over_limit;
      metric.saturated += fold.family().SaturatedOf(fold.number());
      metric.rows_skipped_regexp += counts.skipped;
      metric.rows_decode_error += counts.undecodable;
      metric.rows_out_of_range += counts.outside;
    }
  }
}

std::shared_ptr<const Snapshot> Collector::MakeSnapshot() {
  const auto start = std::chrono::steady_clock::now();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->time = std::chrono::system_clock::now();
  ReadMaps();
  snapshot->families.reserve(families_.size());
  for (auto& [name, named] : families_) {
    if (!named.complete) continue;
    snapshot->families.push_back(named.family.Finish());
    snapshot->families.back().counted_since = named.counted_since;
  }
  ForgetVanished();
  // Of all collectors of the process, so that a page cache may outlive one.
  static std::atomic<std::uint64_t> numbers{0};
  snapshot->number = ++numbers;
  snapshot->duration = std::chrono::steady_clock::now() - start;
  ++stats_.snapshots;
  stats_.last_time = snapshot->time;
  stats_.last_duration = snapshot->duration;
  UpdateStats();
  if (self_ != nullptr) {
    self_->Report(stats_);
    for (const auto& source : figures_) source->Report(*self_);
    snapshot->own = self_->Snapshot();
  }
  return snapshot;
}

std::shared_ptr<const Snapshot> Collector::Take() {
  std::unique_lock lock(mutex_);
  if (taking_) {
    taken_.wait(lock, [&, round = rounds_] { return rounds_ != round; });
    return latest_;
  }
  taking_ = true;
  lock.unlock();

  std::shared_ptr<const Snapshot> made;
  try {
    made = MakeSnapshot();
  } catch (const std::exception& error) {
    log::Error("snapshot: {}; the one before is served on", error.what());
  }

  lock.lock();
  if (made != nullptr) {
    made.swap(latest_);
    latest_time_ = std::chrono::steady_clock::now();
  }
  std::shared_ptr<const Snapshot> result = latest_;
  if (trims_ > 0) {
    lock.unlock();
    made.reset();
    malloc_trim(0);
    --trims_;
    lock.lock();
  }
  taking_ = false;
  ++rounds_;
  lock.unlock();
  taken_.notify_all();
  return result;
}

std::shared_ptr<const Snapshot> Collector::Latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

std::chrono::nanoseconds Collector::Age() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::now() - latest_time_;
}

void Collector::VisitMaps(const RowLimits& limits, const VisitMap& visit) {
  for (const auto& source : sources_) {
    const Result<MapRows> rows = [&] {
      const std::lock_guard lock(reading_);
      return source->CopyRows(limits);
    }();
    visit(source->config(), source->plan(), rows);
  }
}

}  // namespace bpf_exporter::metrics
