// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "metrics/map_reader.h"
#include "metrics/map_rows.h"
#include "metrics/snapshot.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// What one map did in the last snapshot and since the start.
struct MapStats {
  std::string config;
  std::string map;
  std::uint64_t entries = 0;  // rows read by the last snapshot
  std::uint32_t max_entries = 0;
  std::uint64_t read_errors = 0;  // since the start
};

// What one metric of one configuration did. Counts are since the start unless noted.
struct MetricStats {
  std::string config;
  std::string metric;        // the family's name
  std::uint64_t series = 0;  // in the last snapshot; of one that several make, the first's
  std::uint64_t series_over_limit = 0;    // keys that it left out because of max_series
  std::uint64_t rows_skipped_regexp = 0;  // new keys that a decoder chose to skip
  std::uint64_t rows_decode_error = 0;    // new keys that could not be decoded
  std::uint64_t rows_out_of_range = 0;    // new keys whose bucket number is outside the histogram
};

struct CollectorStats {
  std::uint64_t snapshots = 0;
  std::chrono::nanoseconds last_duration{0};
  std::chrono::system_clock::time_point last_time;
  std::vector<MapStats> maps;
  std::vector<MetricStats> metrics;
};

// Takes snapshots: reads every map once and folds its rows into series. Equal label sets of one
// name are one series, whose value is the sum; gauges too. A name that one of its maps could not be
// read for is missing from the snapshot.
class Collector {
 public:
  struct Source {
    std::string config;
    plan::MapPlan plan;
    std::unique_ptr<MapReader> reader;
  };
  // `own` is called at the end of every snapshot, with its numbers, for Snapshot::own.
  using OwnMetrics =
      std::function<std::vector<prometheus::MetricFamily>(const CollectorStats& stats)>;

  Collector(std::vector<Source> sources, OwnMetrics own);
  ~Collector();

  // Takes one snapshot and publishes it; the newest one before it if it fails, which is logged.
  // Any thread; calls that overlap share one.
  std::shared_ptr<const Snapshot> Take();
  // The newest one; null before the first Take. Any thread, never waits for a snapshot.
  std::shared_ptr<const Snapshot> Latest() const;

  // `visit` is called without a lock, so it may take its time.
  using VisitMap = std::function<void(const std::string& config, const plan::MapPlan& plan,
                                      const Result<MapRows>& rows)>;
  // Copies rows of every map, or says why it cannot be read. Snapshots stay as they are, and wait
  // while one map is read. Any thread.
  void VisitMaps(const RowLimits& limits, const VisitMap& visit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::metrics
