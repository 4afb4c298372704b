// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "metrics/family.h"
#include "metrics/figure_source.h"
#include "metrics/map_reader.h"
#include "metrics/map_rows.h"
#include "metrics/map_source.h"
#include "metrics/snapshot.h"
#include "metrics/stats.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// The way of a row's value to the number of a series, at each snapshot:
//
//   key ─KeySlots─▶ slot ─ × lanes ─▶ entry ─KeyCells─▶ cell ─────▶ SeriesCells::values[cell]
//                                                        └ / stride ─▶ series ─TextArena─▶ a="1"
//
// A slot is the number of a key. It has a lane for each CPU if a label says which CPU, else one. An
// entry of KeyCells holds a cell of the family, or why there is none: skipped, undecodable, over
// the limit. A series has `stride` cells: 1, or a histogram's buckets, its sum and what was
// outside.

// Takes snapshots: reads every map once and adds its rows to series. Equal label sets of one name
// are one series, whose value is the sum; gauges too. A name that one of its maps could not be
// read for is missing from the snapshot.
class Collector {
 public:
  // Snapshots show `self`, which outlives this, and ask `figures` for its numbers. Without it they
  // say nothing about the exporter itself.
  explicit Collector(std::vector<MapToRead> maps, SelfMetrics* self = nullptr,
                     std::vector<std::unique_ptr<FigureSource>> figures = {});
  ~Collector();

  // Takes one snapshot and publishes it. If that fails, which is logged, returns the newest one
  // before it. Any thread; calls that overlap share one.
  std::shared_ptr<const Snapshot> Take();
  // Returns the newest snapshot; null before the first Take. Any thread, never waits for one.
  std::shared_ptr<const Snapshot> Latest() const;
  // Returns how long ago the newest snapshot was taken, by the monotonic clock; before the first
  // one, how old this collector is. Any thread.
  std::chrono::nanoseconds Age() const;
  // Returns the counts of the last Take. By the thread that called it.
  const CollectorStats& stats() const { return stats_; }

  // `visit` is called without a lock, so it may take its time.
  using VisitMap = std::function<void(const std::string& config, const plan::MapPlan& plan,
                                      const Result<MapRows>& rows)>;
  // Copies rows of every map, or says why it cannot be read. Snapshots stay as they are, and wait
  // while one map is read. Any thread.
  void VisitMaps(const RowLimits& limits, const VisitMap& visit);

 private:
  struct NamedFamily {
    explicit NamedFamily(std::shared_ptr<const plan::MetricPlan> plan) : family(std::move(plan)) {}
    Family family;
    bool complete = false;  // every map of it was read this time
    // Since when the youngest of its maps counts; the epoch if that is not known.
    std::chrono::system_clock::time_point counted_since = {};
  };

  std::shared_ptr<const Snapshot> MakeSnapshot();
  void ReadMaps();
  void ForgetVanished();
  void UpdateStats();
  MetricStats& StatsOf(const plan::MetricPlan& plan);

  // By one thread at a time: the one that takes the snapshot.
  std::vector<std::unique_ptr<MapSource>> sources_;
  std::map<std::string, NamedFamily> families_;
  SelfMetrics* self_;
  std::vector<std::unique_ptr<FigureSource>> figures_;
  CollectorStats stats_;
  int trims_ = 0;  // snapshots after which memory is to be given back

  std::mutex reading_;  // held while the readers of the sources are used

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable taken_;
  bool taking_ = false;
  std::uint64_t rounds_ = 0;
  std::shared_ptr<const Snapshot> latest_;
  std::chrono::steady_clock::time_point latest_time_ = std::chrono::steady_clock::now();
};

}  // namespace bpf_exporter::metrics
